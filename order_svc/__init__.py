"""Orders: what was bought, whether it is paid, and what became of it."""
