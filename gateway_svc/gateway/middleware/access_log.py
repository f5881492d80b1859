"""One line about each request."""

from __future__ import annotations

import logging
import time

from gateway_svc.gateway.asgi import ASGIApp, Message, Receive, Scope, Send
from gateway_svc.gateway.exchange import Exchange

logger = logging.getLogger("access")


class AccessLog:
    """Write who asked for what, who answered and how long it took. Queries are left out: tickets travel in them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        exchange: Exchange = scope["exchange"]

        async def send_noted(message: Message) -> None:
            if status := message.get("status"):
                exchange.status = status
            elif message["type"] == "websocket.accept":
                exchange.status = 101
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        finally:
            if not scope["path"].startswith("/health/"):
                _write_line(scope, exchange, time.perf_counter() - started)


def _write_line(scope: Scope, exchange: Exchange, seconds: float) -> None:
    method = scope.get("method", "WEBSOCKET")
    logger.info(
        "%s %s %d",
        method,
        scope["path"],
        exchange.status,
        extra={
            "method": method,
            "path": scope["path"],
            "status": exchange.status,
            "duration_ms": round(seconds * 1000, 1),
            "upstream": exchange.audience,
            "instance": exchange.instance,
            "user_id": exchange.principal.user_id,
        },
    )
