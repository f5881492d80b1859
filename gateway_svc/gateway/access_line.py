"""The access log line of a request."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from gateway_svc.gateway.asgi import Scope
from gateway_svc.gateway.exchange import Exchange


def access_line(scope: Scope, seconds: float) -> dict[str, Any]:
    """Who asked for what, who answered and how long it took, with the fields of all our log lines
    (common.observability.logs). Without the query, in which WebSocket tickets are sent.
    """
    exchange: Exchange = scope["exchange"]
    names, method, path = exchange.names, scope.get("method", "WEBSOCKET"), scope["path"]
    return {
        "time": _instant(int(time.time())),
        "message": f"{method} {path} {exchange.status}",
        "request_id": names.request_id,
        "trace_id": names.trace_id,
        "method": method,
        "path": path,
        "status": exchange.status,
        "duration_ms": int(seconds * 10_000 + 0.5) / 10,
        "upstream": exchange.audience,
        "instance": exchange.instance,
        "user_id": exchange.principal.user_id,
        "cache": exchange.cache,
        "level": "INFO",
        "service": "gateway_svc",
        "logger": "access",
    }


@lru_cache(maxsize=1)
def _instant(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(seconds))
