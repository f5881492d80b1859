"""Answers that are the same for everybody, kept in this process until something changes."""
