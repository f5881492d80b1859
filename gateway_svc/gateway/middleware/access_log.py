"""One line about each request."""

from __future__ import annotations

import logging
import time
from functools import lru_cache

import msgspec

from gateway_svc.gateway.asgi import ASGIApp, Receive, Scope, Send
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.lines import Lines

logger = logging.getLogger("access")


class AccessLine(msgspec.Struct):
    """In the shape of all our log lines (common.observability.logs)."""

    time: str
    message: str
    request_id: str
    trace_id: str
    method: str
    path: str
    status: int
    duration_ms: float
    upstream: str
    instance: str
    user_id: str
    cache: str
    """How the cache took part; empty where it did not."""
    level: str = "INFO"
    service: str = "gateway_svc"
    logger: str = "access"


class AccessLog:
    """Write who asked for what, who answered and how long it took. Queries are left out: tickets travel in them."""

    def __init__(self, app: ASGIApp, *, lines: Lines) -> None:
        self.app = app
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not logger.isEnabledFor(logging.INFO) or scope["path"].startswith("/health/"):
            return await self.app(scope, receive, send)
        started = time.perf_counter()
        try:
            await self.app(scope, receive, send)
        finally:
            self._lines.write(_line(scope, time.perf_counter() - started))


def _line(scope: Scope, seconds: float) -> AccessLine:
    exchange: Exchange = scope["exchange"]
    method = scope.get("method", "WEBSOCKET")
    return AccessLine(
        time=_instant(int(time.time())),
        message=f"{method} {scope['path']} {exchange.status}",
        request_id=exchange.names.request_id,
        trace_id=exchange.names.trace_id,
        method=method,
        path=scope["path"],
        status=exchange.status,
        duration_ms=round(seconds * 1000, 1),
        upstream=exchange.audience,
        instance=exchange.instance,
        user_id=exchange.principal.user_id,
        cache=exchange.cache,
    )


@lru_cache(maxsize=1)
def _instant(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(seconds))
