"""Metrics and the access log line of each request."""

from __future__ import annotations

import logging
import time

from gateway_svc.gateway import access_line, measures
from gateway_svc.gateway.access_line import AccessLine
from gateway_svc.gateway.asgi import ASGIApp, Receive, Scope, Send
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.lines import Lines

logger = logging.getLogger("access")

# Health checks come all day long, and are neither measured nor logged.
_HEALTH = "/health/"
_METRICS = "/metrics"
_OWN = "own"


class Observed:
    """Measures each request, and writes a line about it.

    WebSockets are logged here, but measured where they are relayed, since they stay open for hours.
    """

    def __init__(self, app: ASGIApp, *, lines: Lines) -> None:
        self.app = app
        self._lines = lines
        self._in_flight = 0
        measures.IN_FLIGHT.set_function(lambda: self._in_flight)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path.startswith(_HEALTH):
            return await self.app(scope, receive, send)
        is_measured = scope["type"] == "http" and not path.startswith(_METRICS)
        self._in_flight += is_measured
        started = time.perf_counter()
        try:
            await self.app(scope, receive, send)
        finally:
            seconds = time.perf_counter() - started
            self._in_flight -= is_measured
            self.note(scope, seconds, is_measured=is_measured)

    def note(self, scope: Scope, seconds: float, *, is_measured: bool = True) -> None:
        """The request is answered, after so many seconds."""
        if is_measured:
            _observe(scope["exchange"], scope["method"], seconds)
        if logger.isEnabledFor(logging.INFO):
            self._lines.write(_line(scope, seconds))


def _line(scope: Scope, seconds: float) -> AccessLine:
    exchange: Exchange = scope["exchange"]
    names, method, path = exchange.names, scope.get("method", "WEBSOCKET"), scope["path"]
    return AccessLine(
        access_line.now(),
        f"{method} {path} {exchange.status}",
        names.request_id,
        names.trace_id,
        method,
        path,
        exchange.status,
        int(seconds * 10_000 + 0.5) / 10,
        exchange.audience,
        exchange.instance,
        exchange.principal.user_id,
        exchange.cache,
    )


def _observe(exchange: Exchange, method: str, seconds: float) -> None:
    route, upstream = (exchange.route.prefix, exchange.audience) if exchange.route else (_OWN, _OWN)
    measures.seconds(route, upstream, method, exchange.status).observe(seconds)
