"""The catalogue as the gateway keeps it ready: what belongs together, and who forgets it."""
