"""How file_svc runs."""
