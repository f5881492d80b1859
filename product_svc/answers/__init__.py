"""Answers: what is kept ready in Redis of the catalogue as everybody sees it, and what a change makes old."""
