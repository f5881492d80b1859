"""Encryption of stored secrets, which are useless to a reader of the database alone."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def seal(secret: str) -> str:
    """Encrypt a secret with the first key."""
    return _fernet(tuple(settings.FACTOR_KEYS), settings.SECRET_KEY).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt it with the key that fits. Raises cryptography.fernet.InvalidToken if none does."""
    return _fernet(tuple(settings.FACTOR_KEYS), settings.SECRET_KEY).decrypt(sealed).decode()


@lru_cache
def _fernet(keys: tuple[bytes, ...], secret_key: str) -> MultiFernet:
    # The last key is derived from SECRET_KEY, which every installation has. It encrypts only while FACTOR_KEYS is
    # empty; what it has encrypted stays readable afterwards.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"opencommerce second factors")
    all_keys = (*keys, derived.derive(secret_key.encode()))
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in all_keys])
