"""Limits of second factors, and what recovery codes look like."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from uuid import UUID

ISSUER = "OpenCommerce"
TOTP_WINDOW = 1
"""How many steps of 30 seconds a clock may be off, either way (RFC 6238, 5.2)."""

MAX_PASSKEYS = 10
NAME_LENGTH = 60
PASSWORD_LENGTH = 128
CREDENTIAL_LENGTH = 16_384
"""Of JSON: a hundred times what a browser sends is refused before anybody reads it."""

RECOVERY_CODES = 10
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing that looks like something else
_GROUPS, _GROUP_LENGTH = 4, 4


def new_recovery_code(choose: Callable[[str], str]) -> str:
    """Eighty random bits, in groups that one can type."""
    groups = ("".join(choose(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def recovery_digest(code: str, *, user_id: UUID) -> str:
    """What is kept of a recovery code, however it was typed. It has 80 random bits, so a fast hash is enough."""
    typed = code.lower().replace("-", "").replace(" ", "")
    return hashlib.sha256(f"{user_id} {typed}".encode()).hexdigest()


def passkey_amr(*, is_synced: bool) -> str:
    """A key that only lives in one device, or one that others hold copies of (RFC 8176)."""
    return "swk" if is_synced else "hwk"


def is_cloned(*, counter: int, last_counter: int) -> bool:
    """Whether somebody else seems to have signed with the same key (WebAuthn, 7.2, step 22). Many never count."""
    return bool(counter or last_counter) and counter <= last_counter
