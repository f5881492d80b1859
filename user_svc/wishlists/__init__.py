"""Wishlists: the products that a customer has saved."""
