"""The environment: the only place that settings and secrets come from."""

from __future__ import annotations

import base64
import math
import os
from urllib.parse import unquote, urlsplit, urlunsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured


def required(name: str) -> str:
    """The variable's value; a missing one stops the start and says what to do."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; .env.example says what it holds.")
    return value


def optional(name: str, default: str = "") -> str:
    """The variable's value, or a default that is safe in production."""
    return os.environ.get(name) or default


def flag(name: str, *, default: bool = False) -> bool:
    """A variable that is on or off."""
    value = optional(name, "on" if default else "off").lower()
    if value not in {"on", "off", "true", "false", "1", "0"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes on or off.")
    return value in {"on", "true", "1"}


def seconds(name: str, default: float) -> float:
    """A variable that holds a length of time."""
    try:
        value = float(optional(name, str(default)))
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise ImproperlyConfigured(f"{name} takes a number of seconds.")
    return value


def whole_number(name: str, default: int) -> int:
    """A variable that counts something; none is less than none."""
    value = optional(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes a whole number.")
    return int(value)


def key(name: str) -> bytes:
    """Base64 of the raw 32 bytes of an Ed25519 key (RFC 8032)."""
    return _key(name, required(name))


def keys(name: str) -> list[bytes]:
    """Several such keys, comma separated."""
    return [_key(name, part) for part in required(name).split(",")]


def database(name: str) -> dict[str, object]:
    """Django's DATABASES entry for the URL in the variable."""
    return dict(dj_database_url.parse(required(name)))


def split_credentials(url: str) -> tuple[str, str, str]:
    """A URL without its credentials, the user and the password."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host)), unquote(parts.username or ""), unquote(parts.password or "")


def _key(name: str, text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise ImproperlyConfigured(f"{name} is not base64 of 32 bytes.")
    return raw
