"""People who are signed in by a cookie, and the tokens that the gateway keeps for them."""
