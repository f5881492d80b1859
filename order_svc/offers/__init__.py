"""What can be bought: our own copy of what product_svc tells, so that orders are taken while it is away."""
