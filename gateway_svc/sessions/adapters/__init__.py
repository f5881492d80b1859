"""The outside edge of ended sessions."""
