"""Payments of orders, and the webhooks of payment providers."""
