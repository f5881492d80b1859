"""The access log line of a request."""

from __future__ import annotations

import time
from functools import lru_cache

import msgspec


class AccessLine(msgspec.Struct):
    """Who asked for what, who answered and how long it took, with the fields of all our log lines
    (common.observability.logs). Without the query, in which WebSocket tickets are sent.
    """

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
    level: str = "INFO"
    service: str = "gateway_svc"
    logger: str = "access"


def now() -> str:
    """As all our log lines say it."""
    return _instant(int(time.time()))


@lru_cache(maxsize=1)
def _instant(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(seconds))
