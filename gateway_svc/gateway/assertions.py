"""Assertions: short-lived JWTs that tell a service who is calling, and that only the gateway can sign."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.api import assertion
from gateway_svc.gateway.bounded_cache import BoundedCache
from gateway_svc.gateway.principals import Principal

HEADER = assertion.HEADER.lower().encode()
# Well below its life, so that a service never sees an expired one.
REUSED_SECONDS = 25.0
_REMEMBERED = 20_000


class Assertions:
    """Signs one for each caller and service, and reuses it: a signature costs more than the rest of a request."""

    def __init__(self, private_key: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private_key)
        self._cache: BoundedCache[tuple[bytes, bool, str], bytes] = BoundedCache(_REMEMBERED)

    def about(self, principal: Principal, *, audience: str) -> bytes:
        """An assertion about this principal that the service ``audience`` accepts."""
        key = (principal.key, principal.is_browser, audience)
        statement = self._cache.get(key)
        if statement is None:
            statement = self._sign(principal, audience)
            self._cache.put(key, statement, seconds=REUSED_SECONDS)
        return statement

    def _sign(self, principal: Principal, audience: str) -> bytes:
        signed = assertion.sign(
            self._key,
            audience=audience,
            user_id=principal.user_id,
            session_id=principal.session_id,
            roles=principal.roles,
            name=principal.name,
            amr=principal.amr,
            via=assertion.BROWSER if principal.is_browser else "",
        )
        return signed.encode()
