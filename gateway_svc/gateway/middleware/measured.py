"""How many requests, where to, how they ended and how long they took."""

from __future__ import annotations

import time

from common.observability import metrics
from gateway_svc.gateway import measures
from gateway_svc.gateway.asgi import ASGIApp, Receive, Scope, Send
from gateway_svc.gateway.exchange import Exchange

# They are asked all day long, by those who watch.
_OF_THE_INSIDE = ("/health/", "/metrics")
_OWN = "own"


class Measured:
    """Measure each request. WebSockets, which stay for hours, are counted where they are relayed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._in_flight = 0
        measures.IN_FLIGHT.set_function(lambda: self._in_flight)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_OF_THE_INSIDE):
            return await self.app(scope, receive, send)
        self._in_flight += 1
        started = time.perf_counter()
        try:
            await self.app(scope, receive, send)
        finally:
            self._in_flight -= 1
            _observe(scope["exchange"], scope["method"], time.perf_counter() - started)


def _observe(exchange: Exchange, method: str, seconds: float) -> None:
    route, upstream = (exchange.route.prefix, exchange.audience) if exchange.route else (_OWN, _OWN)
    labels = (route, upstream, metrics.method_label(method), metrics.status_label(exchange.status))
    measures.seconds(*labels).observe(seconds)
