"""Limits on request bodies: whose is read, how large it may be, and how much is buffered in all."""

from __future__ import annotations

from collections.abc import Awaitable

from gateway_svc.gateway.asgi import ASGIApp, Message, Receive, Scope, Send
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.problems import BodyTooLarge, NotSignedIn, Overloaded
from gateway_svc.gateway.retries import SAFE_METHODS
from gateway_svc.gateway.room import Room
from gateway_svc.gateway.routes import Route

SOON_SECONDS = 1.0


class BodyLimit:
    """Refuses a body that is too large, before reading it if its length was announced; and, before reading it, any body
    from an anonymous caller where one has to be signed in.
    """

    def __init__(self, app: ASGIApp, *, room: Room) -> None:
        self.app = app
        self._room = room

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        exchange: Exchange = scope["exchange"]
        if not exchange.has_body or exchange.route is None:
            return self.app(scope, receive, send)
        if exchange.principal.is_anonymous and scope["method"] not in SAFE_METHODS:
            _require_open(exchange.route, scope["path"])
        limit = exchange.route.limits.body_bytes
        if exchange.content_length is not None and exchange.content_length > limit:
            raise BodyTooLarge
        return self._take(scope, receive, send, limit)

    async def _take(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Bytes that were received count as buffered until the request is answered."""
        exchange: Exchange = scope["exchange"]
        size = 0

        async def receive_counted() -> Message:
            nonlocal size
            message = await receive()
            length = len(message.get("body", b""))
            size += length
            self._room.take(length)
            exchange.is_body_read = not message.get("more_body", False)
            if size > limit:
                raise BodyTooLarge
            if length and self._room.is_full:
                raise Overloaded(SOON_SECONDS)
            return message

        try:
            await self.app(scope, receive_counted, send)
        finally:
            self._room.give_back(size)


def _require_open(route: Route, path: str) -> None:
    """Raises NotSignedIn."""
    if not route.service.takes_from_strangers(path):
        raise NotSignedIn
