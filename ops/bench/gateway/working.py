"""A plain WSGI function that takes a fixed time for each request: it sleeps, so the machine's speed does not matter."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

SECONDS = 0.04
_BODY = b"{}"
_HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(_BODY)))]


def application(_environ: Mapping[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer after ``SECONDS``."""
    time.sleep(SECONDS)
    start_response("200 OK", list(_HEADERS))
    return [_BODY]
