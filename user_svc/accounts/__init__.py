"""People, the sessions in which they are signed in, and the tokens that prove it."""
