"""API keys: whom a program acts for."""

from __future__ import annotations

import asyncio
import time

from common import clock
from common.person import STAFF_ROLES
from gateway_svc.api_keys import rules, services
from gateway_svc.api_keys.models import ApiKey
from gateway_svc.gateway.bounded_cache import BoundedCache
from gateway_svc.gateway.ended_sessions import EndedSessions
from gateway_svc.gateway.limits.limiter import Limiter
from gateway_svc.gateway.look_ups import LookUps
from gateway_svc.gateway.once import once
from gateway_svc.gateway.principals import ANONYMOUS, Principal
from gateway_svc.gateway.problems import BadCredential

MARK = rules.MARK.encode()
# A change of what the owner may do takes effect after this. A revoked key is refused at once, by the ended sessions.
REMEMBERED_SECONDS = 30.0
UNKNOWN_SECONDS = 2.0
_REMEMBERED = 20_000
_REMEMBERED_UNKNOWN = 2_000
_LOOK_UPS_AT_ONCE = 2


class ApiKeys:
    """Callers by API key, cached: a key that was seen a moment ago needs no query."""

    def __init__(self, ended: EndedSessions, *, limiter: Limiter | None) -> None:
        self._ended = ended
        self._look_ups = LookUps(at_once=_LOOK_UPS_AT_ONCE, limiter=limiter)
        self._cache: BoundedCache[str, Principal] = BoundedCache(_REMEMBERED)
        # A cache of its own, so that a stream of invented keys cannot push out the good ones.
        self._unknown: BoundedCache[str, Principal] = BoundedCache(_REMEMBERED_UNKNOWN)
        self._under_way: dict[str, asyncio.Task[Principal]] = {}

    async def holder(self, key: bytes, *, address: str) -> Principal:
        """The principal for this key, limited to the key's scopes, for a program at this network address.

        Raises BadCredential, TooManyRequests or Unavailable.
        """
        text = key.decode("latin-1")
        if not rules.is_key(text):
            raise BadCredential
        digest = rules.digest_of(text)
        principal = self._cache.get(digest) or self._unknown.get(digest)
        if principal is None:
            principal = await once(self._under_way, digest, self._find(digest, address))
        is_over = principal.expires_at <= time.time() or principal.session_id in self._ended
        if principal.is_anonymous or is_over:
            raise BadCredential
        return principal

    def close(self) -> None:
        """Ask nobody any more."""
        self._look_ups.close()

    async def _find(self, digest: str, address: str) -> Principal:
        key = await self._look_ups.find(address, services.use_key, digest=digest, now=clock.now())
        if key is None:
            self._unknown.put(digest, ANONYMOUS, seconds=UNKNOWN_SECONDS)
            return ANONYMOUS
        principal = _principal(key)
        self._cache.put(digest, principal, seconds=REMEMBERED_SECONDS)
        return principal


def _principal(key: ApiKey) -> Principal:
    """The owner without staff roles: a key in a file on somebody's disk must not open an admin."""
    owner = key.owner
    return Principal(
        key=f"{key.digest} {owner.version}".encode(),
        user_id=str(owner.user_id),
        session_id=key.session_id,
        name=owner.name,
        roles=tuple(role for role in owner.roles if role not in STAFF_ROLES),
        scopes=frozenset(key.scopes),
        expires_at=key.expires_at.timestamp(),
    )
