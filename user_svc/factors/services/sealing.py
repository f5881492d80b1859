"""Secrets that have to be read again, encrypted: who has only the database has nothing."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(secret: str) -> str:
    """Encrypt it with the first key."""
    return _fernet(tuple(settings.FACTOR_KEYS), settings.SECRET_KEY).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt it with whichever key fits. Raises cryptography.fernet.InvalidToken when none does."""
    return _fernet(tuple(settings.FACTOR_KEYS), settings.SECRET_KEY).decrypt(sealed).decode()


@lru_cache
def _fernet(keys: tuple[bytes, ...], secret_key: str) -> MultiFernet:
    # The last resort is derived from what every installation has, and stays readable once there are keys.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"opencommerce second factors")
    all_keys = (*keys, derived.derive(secret_key.encode()))
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in all_keys])
