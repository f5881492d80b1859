"""What the gateway costs, beside what the same server can do at all."""
