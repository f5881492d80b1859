"""Carts: what somebody may be about to order."""
