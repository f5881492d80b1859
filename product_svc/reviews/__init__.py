"""Reviews: what those who bought a product think of it."""
