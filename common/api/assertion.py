"""The gateway's assertion: what it says of the caller to one service, signed with a key that only it holds.

A JWT (RFC 7519) signed with Ed25519 (RFC 8037). Written by the gateway and read by every service, so its form is here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

HEADER = "X-Gateway-Assertion"
ISSUER = "gateway_svc"
LIFE_SECONDS = 60
LEEWAY_SECONDS = 5
BROWSER = "browser"
"""Who asks is signed in by a cookie, which a browser also sends when another site's page makes it ask."""
_ALGORITHM = "EdDSA"


def sign(
    key: Ed25519PrivateKey,
    *,
    audience: str,
    user_id: str = "",
    session_id: str = "",
    roles: Sequence[str] = (),
    name: str = "",
    amr: Sequence[str] = (),
    via: str = "",
    life_seconds: int = LIFE_SECONDS,
) -> str:
    """A statement that the service ``audience`` accepts for a while. Without a user it speaks of a visitor.

    ``amr`` says how they proved who they are (RFC 8176), ``via`` by what they are known now: BROWSER, or nothing for
    a bearer token.
    """
    now = int(time.time())
    claims: dict[str, Any] = {"iss": ISSUER, "aud": audience, "iat": now, "exp": now + life_seconds}
    if user_id:
        claims |= {"sub": user_id, "sid": session_id, "roles": list(roles), "name": name, "amr": list(amr)}
    if via:
        claims["via"] = via
    return jwt.encode(claims, key, algorithm=_ALGORITHM)


def read(assertion: str, *, public_key: bytes, audience: str) -> dict[str, Any]:
    """Its claims. Raises jwt.InvalidTokenError for one that is forged, expired, or meant for another service."""
    return jwt.decode(
        assertion,
        Ed25519PublicKey.from_public_bytes(public_key),
        algorithms=[_ALGORITHM],
        audience=audience,
        issuer=ISSUER,
        leeway=LEEWAY_SECONDS,
        options={"require": ["iss", "aud", "iat", "exp"]},
    )
