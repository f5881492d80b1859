"""What a key looks like, what it may be for, and how long it is good."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

SCOPES = {
    "catalogue:read": "products, categories, reviews, sellers, stock",
    "catalogue:write": "the same, to change",
    "orders:read": "carts and orders",
    "orders:write": "the same: to buy, to cancel, to ship",
    "account:read": "the profile, the addresses and the wishlist",
    "account:write": "the same, to change; never the password or a second factor",
    "files:read": "files",
    "files:write": "the same: to upload and delete",
    "notifications:read": "notifications, also live",
    "notifications:write": "to mark them as read, and to choose among them",
}
"""What a key may be allowed, and what that is."""

MAX_KEYS = 20
"""That somebody has at a time."""
NAME_LENGTH = 100
DAYS, MOST_DAYS = 90, 366
"""For which a key is good unless said otherwise, and at most."""
KEPT_AFTER_ITS_END = timedelta(days=90)
"""For those who are asked what became of it."""
USE_IS_NOTED_EVERY = timedelta(minutes=1)

MARK = "oc_"
HINT_LENGTH = len(MARK) + 8
SECRET_BYTES = 32
_KEY = re.compile(r"oc_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")


def is_key(text: str) -> bool:
    """It could be one of ours: a name to know it by, and 256 bits in base64url."""
    return _KEY.fullmatch(text) is not None


def written(name: str, secret: str) -> str:
    """The whole key."""
    return f"{MARK}{name}_{secret}"


def hint_of(key: str) -> str:
    """Its beginning, by which its owner knows it again and nobody gets in."""
    return key[:HINT_LENGTH]


def digest_of(key: str) -> str:
    """What is kept of it. It is random enough that neither salt nor a slow hash is needed."""
    return hashlib.sha256(key.encode()).hexdigest()
