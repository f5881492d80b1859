"""How wishlists are asked for over HTTP."""
