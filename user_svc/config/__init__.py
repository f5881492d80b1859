"""How user_svc runs."""
