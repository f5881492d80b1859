"""What an order costs, and why: sums that explain themselves as data."""
