"""What people show besides a password when they sign in."""
