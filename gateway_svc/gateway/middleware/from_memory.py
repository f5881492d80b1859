"""The short way, for those who need nothing of what is further in."""

from __future__ import annotations

from gateway_svc.gateway.asgi import ASGIApp, Receive, Scope, Send
from gateway_svc.gateway.house_rules import HouseRules
from gateway_svc.gateway.middleware.cache import Cache


class FromMemory:
    """Answer a visitor's plain question from memory: no credential to check, no body, nowhere to be led to.

    Half of what such an answer costs is the way in, and most of that is for others. All go it while somebody is to be
    turned away on it.
    """

    def __init__(self, app: ASGIApp, *, cache: Cache, house_rules: HouseRules) -> None:
        self.app = app
        self._cache = cache
        self._house_rules = house_rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        may_be_short = scope["type"] == "http" and self._house_rules.now.is_plain
        if not may_be_short or not await self._cache.gives_at_once(scope, send):
            await self.app(scope, receive, send)
