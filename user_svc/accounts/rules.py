"""Limits of an account, lifetimes of its tokens, and what its values look like."""

import hashlib
from datetime import timedelta

EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
NAME_LENGTH = 150
PASSWORD_LENGTH = 128  # a longer one proves no more, and hashing it costs us more than sending it costs others

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=30)
ENDED_SESSION_KEPT_FOR = timedelta(days=30)

ROLES_OF_REGISTRATION = {"customer": ("customer",), "seller": ("customer", "seller")}
"""The roles that somebody gets who signs up as this; those who sell may buy too."""

ADMIN_ROLES = ("customer", "admin")


def normalised_email(email: str) -> str:
    """The one spelling of an address: lower case, without spaces around it."""
    email = email.strip()
    # Some letters beyond ASCII would turn into ASCII ones (the Kelvin sign into k), and so into another's address.
    return email.lower() if email.isascii() else email


def digest_of(token: str) -> str:
    """What is kept of a refresh token. It has 256 random bits, so a fast hash without salt is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
