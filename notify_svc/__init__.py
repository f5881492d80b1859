"""Notifications: telling people what happened to what is theirs, on the page, live and by mail."""
