"""Shops: who sells here, under which name, and whether they may."""
