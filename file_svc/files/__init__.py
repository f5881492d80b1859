"""Uploaded files: checked, stored, served, and pictures resized."""
