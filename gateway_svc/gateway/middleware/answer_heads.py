"""What stands on each answer, whoever gave it."""

from __future__ import annotations

from collections.abc import Awaitable

from gateway_svc.gateway.asgi import ASGIApp, Headers, Message, Receive, Scope, Send
from gateway_svc.gateway.cache.lifetimes import FIELD
from gateway_svc.gateway.exchange import Exchange

_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})


def said_always(*, is_https: bool, hsts_seconds: int) -> Headers:
    """What browsers are told with each answer; HSTS (RFC 6797) only where the shop is on https."""
    always: Headers = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
    if is_https and hsts_seconds:
        always.append((b"strict-transport-security", b"max-age=%d" % hsts_seconds))
    return always


def unsaid(always: Headers, headers: Headers) -> Headers:
    """What of it an answer leaves unsaid. Django writes names as it likes."""
    said = {name.lower() for name, _ in headers}
    return [header for header in always if header[0] not in said]


class AnswerHeads:
    """Note the answer's status; say what it leaves unsaid, and what was noted for it on the way in."""

    def __init__(self, app: ASGIApp, *, always: Headers) -> None:
        self.app = app
        self._always = always

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        exchange: Exchange = scope["exchange"]

        async def send_headed(message: Message) -> None:
            if message["type"] in _STARTS:
                exchange.status = message["status"]
                message["headers"] = self._whole(message["headers"], exchange)
            elif message["type"] == "websocket.accept":
                exchange.status = 101
                message["headers"] = exchange.marks
            await send(message)

        return self.app(scope, receive, send_headed)

    def _whole(self, headers: Headers, exchange: Exchange) -> Headers:
        """How long something may be kept here is between us and the service."""
        return [header for header in headers if header[0] != FIELD] + unsaid(self._always, headers) + exchange.marks
