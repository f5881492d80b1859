"""Accounts, sessions, and the tokens that prove a sign-in."""
