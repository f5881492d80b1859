"""How notify_svc runs."""
