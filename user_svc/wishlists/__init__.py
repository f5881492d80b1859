"""Wishlists: products that people want to find again."""
