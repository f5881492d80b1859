"""How every service runs; a service's own settings say only what differs."""
