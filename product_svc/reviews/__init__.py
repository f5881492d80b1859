"""Reviews by buyers of a product."""
