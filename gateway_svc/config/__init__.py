"""How gateway_svc runs."""
