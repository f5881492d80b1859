"""Addresses: where people have things sent."""
