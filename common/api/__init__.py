"""The edge of every API: how requests are read, refused and answered."""
