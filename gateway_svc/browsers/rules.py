"""What a browser's cookie looks like, and how long it holds."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

LIFETIME = timedelta(days=30)
"""As long as user_svc keeps a session without a sign of life; after that one signs in again."""
COOKIE_BYTES = 32
_COOKIE = re.compile(r"[A-Za-z0-9_-]{43}")


def is_cookie(text: str) -> bool:
    """It could be one of ours: 256 bits in base64url."""
    return _COOKIE.fullmatch(text) is not None


def digest_of(cookie: str) -> str:
    """What is kept of a cookie. It is random enough that no salt is needed."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def expiry(begun_at: datetime) -> datetime:
    """Until when a sign-in holds at most."""
    return begun_at + LIFETIME
