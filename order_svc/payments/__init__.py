"""Payments: what is to be paid for an order, and what the provider said."""
