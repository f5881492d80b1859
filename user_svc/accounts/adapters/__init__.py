"""The outside edge: the letters that carry tokens."""
