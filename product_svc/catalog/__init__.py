"""Categories and products: what the shop shows, and who sells it."""
