"""The outside edge of the catalogue."""
