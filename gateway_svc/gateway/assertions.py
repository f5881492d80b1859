"""What the gateway says of the caller to a service: a short-lived statement that only it can sign."""

from __future__ import annotations

import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway_svc.gateway.bounded_cache import BoundedCache
from gateway_svc.gateway.principals import Principal

HEADER = b"x-gateway-assertion"
ISSUER = "gateway_svc"
LIFE_SECONDS = 60
# Told again before a service could see it expire.
REUSED_SECONDS = 25.0
_REMEMBERED = 20_000


class Assertions:
    """Sign once in a while, not for every request: signatures are the dearest thing on the way."""

    def __init__(self, private_key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private_key)
        self._cache: BoundedCache[tuple[bytes, str], bytes] = BoundedCache(_REMEMBERED)

    def about(self, principal: Principal, *, audience: str) -> bytes:
        """A statement about this principal that this service accepts."""
        key = (principal.key, audience)
        assertion = self._cache.get(key)
        if assertion is None:
            assertion = self._sign(principal, audience)
            self._cache.put(key, assertion, seconds=REUSED_SECONDS)
        return assertion

    def _sign(self, principal: Principal, audience: str) -> bytes:
        now = int(time.time())
        claims: dict[str, Any] = {"iss": ISSUER, "aud": audience, "iat": now, "exp": now + LIFE_SECONDS}
        if not principal.is_anonymous:
            claims |= {
                "sub": principal.user_id,
                "sid": principal.session_id,
                "roles": list(principal.roles),
                "name": principal.name,
            }
        return jwt.encode(claims, self._key, algorithm="EdDSA").encode()
