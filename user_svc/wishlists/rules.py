"""Limits of a wishlist."""

MAX_ITEMS = 1000
