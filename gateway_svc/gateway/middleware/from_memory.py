"""The short way, for those who need nothing of what is further in."""

from __future__ import annotations

from collections.abc import Awaitable

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

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        may_be_short = scope["type"] == "http" and self._house_rules.now.is_plain
        at_hand = self._cache.at_hand(scope, send) if may_be_short else None
        return at_hand or self.app(scope, receive, send)
