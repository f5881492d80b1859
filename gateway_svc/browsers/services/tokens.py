"""The tokens of a sign-in, and how they are kept: who has only the database has nothing."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@dataclass(frozen=True)
class Tokens:
    """What user_svc gives to whoever signs in, and takes back for new ones."""

    access: str
    refresh: str


def seal(token: str) -> str:
    """Encrypt it with the first key."""
    return _fernet(tuple(settings.BROWSER_KEYS), settings.SECRET_KEY).encrypt(token.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt it with whichever key fits. Raises cryptography.fernet.InvalidToken when none does."""
    return _fernet(tuple(settings.BROWSER_KEYS), settings.SECRET_KEY).decrypt(sealed).decode()


@lru_cache
def _fernet(keys: tuple[bytes, ...], secret_key: str) -> MultiFernet:
    # The last resort is derived from what every installation has, and stays readable once there are keys.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"opencommerce browser sessions")
    all_keys = (*keys, derived.derive(secret_key.encode()))
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in all_keys])
