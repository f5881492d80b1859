"""The outside edge of the house rules."""
