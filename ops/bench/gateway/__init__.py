"""What the gateway costs, beside the most that the same server can do."""
