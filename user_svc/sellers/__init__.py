"""Sellers: their public profiles, and their approval and suspension by staff."""
