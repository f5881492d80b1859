"""The policies: how many requests of which kind, by whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from django.core.exceptions import ImproperlyConfigured

from common.topology import FILES, ORDERS, USERS
from gateway_svc.gateway.principals import Principal

VARIABLE = "OPENCOMMERCE_RATE_LIMITS"

READING, WRITING, SIGN_IN, PAYMENT, UPLOADS = "reading", "writing", "sign-in", "payment", "uploads"
GUESSES = "guesses"
"""Cookies and API keys that stand for nobody, each of which is looked up."""
ADDRESS, PERSON, STAFF = "address", "person", "staff"
# What guessers and thieves would use is never let through uncounted.
COUNTED_WITHOUT_REDIS = frozenset({SIGN_IN, PAYMENT})

_MICROSECONDS = 1_000_000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Going on and going away are no attempts to come in.
_NO_SIGN_IN = frozenset({"/api/v1/auth/token/refresh/", "/api/v1/auth/logout/"})
_SIGN_IN_PREFIXES = ("/api/v1/auth/", "/login/", "/register/", "/account/")
_PAYMENT_PATHS = frozenset({ORDERS.prefixes[1]})
_UPLOAD_PATHS = frozenset({FILES.prefixes[0]})


@dataclass
class Policy:
    """So many requests at once, which come back evenly over a window: a token bucket, kept as GCRA does.

    What follows from it is worked out once: it is asked for with every request.
    """

    name: str
    of: str
    """Whom it counts."""
    quota: int
    window_seconds: int
    label: str = field(init=False)
    """What the settings and the metrics call it."""
    interval: int = field(init=False)
    """After how many microseconds one request comes back."""
    burst: int = field(init=False)
    """How many microseconds of requests may be owed."""
    key: bytes = field(init=False)
    """With what the names of its buckets begin."""
    costs: tuple[bytes, bytes] = field(init=False)
    """What a request costs and how much may be owed, as Redis is told."""
    item: bytes = field(init=False)
    """Its name, as a structured field has it (RFC 9651)."""
    header: tuple[bytes, bytes] = field(init=False)
    """That tells of it."""

    def __post_init__(self) -> None:
        self.label = f"{self.name}-{self.of}"
        self.interval = max(self.window_seconds * _MICROSECONDS // self.quota, 1)
        self.burst = self.interval * self.quota
        self.key = f"gateway_svc:limits:{self.label}:".encode()
        self.costs = b"%d" % self.interval, b"%d" % self.burst
        self.item = f'"{self.name}"'.encode()
        self.header = b"ratelimit-policy", b"%b;q=%d;w=%d" % (self.item, self.quota, self.window_seconds)


# Many people may sit behind one address, so an address that nobody signed in from may ask more than one person.
# Those who run the shop load whole catalogues.
DEFAULTS = {
    policy.label: policy
    for policy in (
        Policy(READING, ADDRESS, 3000, 60),
        Policy(READING, PERSON, 1200, 60),
        Policy(READING, STAFF, 12_000, 60),
        Policy(WRITING, ADDRESS, 1200, 60),
        Policy(WRITING, PERSON, 600, 60),
        Policy(WRITING, STAFF, 12_000, 60),
        Policy(SIGN_IN, ADDRESS, 300, 600),
        Policy(SIGN_IN, PERSON, 30, 60),
        Policy(PAYMENT, ADDRESS, 60, 60),
        Policy(PAYMENT, PERSON, 60, 60),
        Policy(UPLOADS, ADDRESS, 60, 60),
        Policy(UPLOADS, PERSON, 120, 60),
        Policy(UPLOADS, STAFF, 12_000, 60),
        Policy(GUESSES, ADDRESS, 300, 60),
    )
}

_CHANGED = re.compile(r"([a-z-]+)=([1-9][0-9]{0,6})/([1-9][0-9]{0,4})")


def policies(text: str) -> dict[str, Policy]:
    """Those that hold, by their labels; none for ``off``. ``reading-person=2400/60`` changes one.

    Raises ImproperlyConfigured.
    """
    if text == "off":
        return {}
    changed = [_changed(part.strip()) for part in text.split(",") if part.strip() not in {"", "on"}]
    return DEFAULTS | {policy.label: policy for policy in changed}


def _changed(part: str) -> Policy:
    match = _CHANGED.fullmatch(part)
    if match is None or match[1] not in DEFAULTS:
        raise ImproperlyConfigured(
            f"{VARIABLE} takes on, off, or policies such as reading-person=1200/60 (requests/seconds); {part!r} is"
            f" none. There are: {', '.join(DEFAULTS)}."
        )
    known = DEFAULTS[match[1]]
    return Policy(known.name, known.of, int(match[2]), int(match[3]))


def kind_of(method: str, path: str) -> str:
    """What kind of request this is."""
    if method in _SAFE:
        return READING
    if path in _PAYMENT_PATHS:
        return PAYMENT
    if path in _UPLOAD_PATHS:
        return UPLOADS
    is_sign_in = (path.startswith(_SIGN_IN_PREFIXES) and path not in _NO_SIGN_IN) or USERS.is_dear(method, path)
    return SIGN_IN if is_sign_in else WRITING


def bearer_of(principal: Principal, address: str, kind: str) -> tuple[str, bytes]:
    """Whom a request of this kind is counted for, and what they are called; each API key counts as a person."""
    if principal.is_anonymous:
        return ADDRESS, network_of(address)
    if principal.scopes is not None:
        return PERSON, principal.session_id.encode()
    is_theirs_alone = kind in COUNTED_WITHOUT_REDIS
    return (STAFF if principal.is_staff and not is_theirs_alone else PERSON), principal.user_id.encode()


@lru_cache(maxsize=20_000)
def network_of(address: str) -> bytes:
    """An IPv4 address, or the /64 that an IPv6 one lies in: whoever has one of those has all of it."""
    try:
        found = ip_address(address)
    except ValueError:
        return b"unknown"
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or ip_network((int(found) >> 64 << 64, 64)).network_address
    return str(found).encode()
