"""Access tokens: JWTs that user_svc signs (RFC 9068), checked by what this code expects, not by what they say."""

from __future__ import annotations

import time
from hashlib import blake2b
from typing import Any

import jwt

from gateway_svc.gateway.bounded_cache import BoundedCache
from gateway_svc.gateway.ended_sessions import EndedSessions
from gateway_svc.gateway.keys import KeySet
from gateway_svc.gateway.principals import Principal, held_over
from gateway_svc.gateway.problems import BadCredential, Unavailable

ISSUER = AUDIENCE = "opencommerce"
TYPE = "at+jwt"
REMEMBERED_SECONDS = 60.0
_REMEMBERED = 20_000
_LONGEST = 8192
_REQUIRED = ["iss", "aud", "sub", "sid", "exp"]


class Tokens:
    """Who holds a token. A signature is checked once a minute, a revoked session at every request."""

    def __init__(self, keys: KeySet, ended: EndedSessions) -> None:
        self._keys = keys
        self._ended = ended
        self._cache: BoundedCache[bytes, Principal] = BoundedCache(_REMEMBERED)

    async def holder(self, token: bytes) -> Principal:
        """The principal of a valid token. Raises BadCredential; Unavailable if its key cannot be fetched."""
        key = _key(token)
        principal = self._cache.get(key)
        if principal is None:
            principal = _principal(key, await self._claims(token))
            life = min(principal.expires_at - time.time(), REMEMBERED_SECONDS)
            self._cache.put(key, principal, seconds=life)
        if principal.session_id in self._ended:
            raise BadCredential
        return principal

    def at_hand(self, authorization: bytes) -> Principal | None:
        """The principal of this Authorization header, if it was checked within the last minute; else None."""
        scheme, _, token = authorization.partition(b" ")
        principal = self._cache.get(_key(token.strip())) if scheme.lower() == b"bearer" else None
        return None if principal is None or principal.session_id in self._ended else principal

    async def last_holder(self, token: bytes, *, grace_seconds: float) -> Principal:
        """The principal of a token that may have expired up to ``grace_seconds`` ago, without staff roles. Raises as
        ``holder`` does.
        """
        claims = await self._claims(token, is_expiry_checked=False)
        key = _key(b"held over " + token)
        principal = held_over(_principal(key, claims), grace_seconds)
        if principal.expires_at <= time.time() or principal.session_id in self._ended:
            raise BadCredential
        return principal

    async def _claims(self, token: bytes, *, is_expiry_checked: bool = True) -> dict[str, Any]:
        if len(token) > _LONGEST:
            raise BadCredential
        try:
            header = jwt.get_unverified_header(token)
            if str(header.get("typ", "")).lower() != TYPE or not isinstance(header.get("kid"), str):
                raise BadCredential
            key = await self._keys.find(header["kid"])
            if key is None:
                raise BadCredential if self._keys.is_heard else Unavailable
            return jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": _REQUIRED, "verify_iat": False, "verify_exp": is_expiry_checked},
            )
        except (jwt.PyJWTError, ValueError):
            raise BadCredential from None


def _key(token: bytes) -> bytes:
    """The key in the cache: a hash, so that no tokens lie about in memory."""
    return blake2b(token).digest()


def _principal(key: bytes, claims: dict[str, Any]) -> Principal:
    return Principal(
        key=key,
        user_id=str(claims["sub"]),
        session_id=str(claims["sid"]),
        name=str(claims.get("name", "")),
        roles=tuple(str(role) for role in claims.get("roles", ())),
        amr=tuple(str(method) for method in claims.get("amr", ())),
        expires_at=float(claims["exp"]),
    )
