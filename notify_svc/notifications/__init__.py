"""Notifications: stored first, then pushed live, then mailed."""
