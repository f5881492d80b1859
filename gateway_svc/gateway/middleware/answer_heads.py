"""Headers that stand on every response, whoever gave it."""

from __future__ import annotations

from collections.abc import Awaitable

from gateway_svc.gateway.asgi import ASGIApp, Headers, Message, Receive, Scope, Send
from gateway_svc.gateway.cache.lifetimes import FIELD
from gateway_svc.gateway.exchange import Exchange

_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})


def said_always(*, is_https: bool, hsts_seconds: int) -> Headers:
    """The security headers of every response; HSTS (RFC 6797) only if the shop is on https."""
    always: Headers = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
    if is_https and hsts_seconds:
        always.append((b"strict-transport-security", b"max-age=%d" % hsts_seconds))
    return always


def unsaid(always: Headers, headers: Headers) -> Headers:
    """Those of the headers that a response does not have yet. Django does not write names in lower case."""
    said = {name.lower() for name, _ in headers}
    return [header for header in always if header[0] not in said]


class AnswerHeads:
    """Notes the response's status; adds the headers that it lacks, and the marks collected in the exchange."""

    def __init__(self, app: ASGIApp, *, always: Headers) -> None:
        self.app = app
        self._always = always

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        exchange: Exchange = scope["exchange"]

        def send_headed(message: Message) -> Awaitable[None]:
            if message["type"] in _STARTS:
                exchange.status = message["status"]
                message["headers"] = self._whole(message["headers"], exchange)
            elif message["type"] == "websocket.accept":
                exchange.status = 101
                message["headers"] = exchange.marks
            return send(message)

        return self.app(scope, receive, send_headed)

    def _whole(self, headers: Headers, exchange: Exchange) -> Headers:
        """Without the service's instructions to our cache."""
        return [header for header in headers if header[0] != FIELD] + unsaid(self._always, headers) + exchange.marks
