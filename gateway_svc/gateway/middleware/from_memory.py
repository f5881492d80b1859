"""The short way, for those who need nothing of what is further in."""

from __future__ import annotations

from gateway_svc.gateway.asgi import ASGIApp, Receive, Scope, Send
from gateway_svc.gateway.middleware.cache import Cache


class FromMemory:
    """Answer a visitor's plain question from memory: no credential to check, no body, nowhere to be led to.

    Half of what such an answer costs is the way in, and most of that is for others.
    """

    def __init__(self, app: ASGIApp, *, cache: Cache) -> None:
        self.app = app
        self._cache = cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not await self._cache.gives_at_once(scope, send):
            await self.app(scope, receive, send)
