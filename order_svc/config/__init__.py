"""How order_svc runs."""
