"""How large a body may be."""

from __future__ import annotations

from collections.abc import Awaitable

from gateway_svc.gateway.asgi import ASGIApp, Message, Receive, Scope, Send
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.problems import BodyTooLarge


class BodyLimit:
    """Refuse what is announced as too large before reading it, and what turns out so while reading it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        exchange: Exchange = scope["exchange"]
        if not exchange.has_body or exchange.route is None:
            return self.app(scope, receive, send)
        limit = exchange.route.limits.body_bytes
        if exchange.content_length is not None and exchange.content_length > limit:
            raise BodyTooLarge
        return self.app(scope, _counted(receive, exchange, limit), send)


def _counted(receive: Receive, exchange: Exchange, limit: int) -> Receive:
    size = 0

    async def receive_counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        exchange.is_body_read = not message.get("more_body", False)
        if size > limit:
            raise BodyTooLarge
        return message

    return receive_counted
