"""Limits of second factors, and what recovery codes look like."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from uuid import UUID

ISSUER = "OpenCommerce"
TOTP_WINDOW = 1
"""By how many steps of 30 seconds a clock may be off, either way (RFC 6238, 5.2)."""

MAX_PASSKEYS = 10
NAME_LENGTH = 60
PASSWORD_LENGTH = 128
CREDENTIAL_LENGTH = 16_384
"""Of JSON: a credential a hundred times as long as a browser's is refused before it is read."""

RECOVERY_CODES = 10
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no two look alike
_GROUPS, _GROUP_LENGTH = 4, 4


def new_recovery_code(choose: Callable[[str], str]) -> str:
    """Eighty random bits, in groups that are easy to type."""
    groups = ("".join(choose(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def recovery_digest(code: str, *, user_id: UUID) -> str:
    """What is stored of a recovery code, whatever its case, hyphens and spaces. 80 random bits need no slow hash."""
    typed = code.lower().replace("-", "").replace(" ", "")
    return hashlib.sha256(f"{user_id} {typed}".encode()).hexdigest()


def passkey_amr(*, is_synced: bool) -> str:
    """``hwk`` for a key that exists in one device only, ``swk`` for one that devices share (RFC 8176)."""
    return "swk" if is_synced else "hwk"


def is_cloned(*, counter: int, last_counter: int) -> bool:
    """Whether a copy of the key seems to exist (WebAuthn, 7.2, step 22). Many authenticators always send 0."""
    return bool(counter or last_counter) and counter <= last_counter
