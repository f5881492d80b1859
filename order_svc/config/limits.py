"""How much one order may hold, and so one cart."""

MAX_LINES = 100
MAX_QUANTITY = 1000
"""Of one SKU."""
