"""How product_svc runs."""
