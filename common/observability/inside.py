"""A small HTTP server for health and metrics, on a port that is reached only from inside the platform.

Services show these on their own port, which is not public. This is for workers, relays and the scheduler, which serve
no HTTP otherwise, and for the gateway, whose own port is public. It listens at ``OPENCOMMERCE_INSIDE_ADDRESS``
(``HOST:PORT``); without that variable there is none.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from common.observability import metrics, readiness

_PATIENCE_SECONDS = 5.0
_UNDISTURBED_SECONDS = 3600.0
"""How often the server checks whether to stop. It never does, and an idle process should not be woken up for that."""

logger = logging.getLogger(__name__)

States = Callable[[], Mapping[str, str]]


def open_door(states: States, *, afterwards: Callable[[], None] = lambda: None) -> None:
    """Serve ``/health/live``, ``/health/ready`` with these states, and ``/metrics``, on a daemon thread.

    ``afterwards`` is called at the end of each request.
    """
    host, _, port = os.environ.get("OPENCOMMERCE_INSIDE_ADDRESS", "").rpartition(":")
    if port:
        address = (host, int(port))
        threading.Thread(target=_serve, args=(address, states, afterwards), name="inside", daemon=True).start()


def _serve(address: tuple[str, int], states: States, afterwards: Callable[[], None]) -> None:
    """If the port is taken it is tried again and again: the process does its work even without this server."""

    class Handler(_Handler):
        pages = {"/health/live": _live, "/health/ready": lambda: _ready(states), "/metrics": _metrics}
        finished = staticmethod(afterwards)

    while True:
        try:
            with ThreadingHTTPServer(address, Handler) as server:
                server.serve_forever(poll_interval=_UNDISTURBED_SECONDS)
        except OSError as error:
            logger.warning("no door inside at %s:%d: %r", *address, error)
            time.sleep(_PATIENCE_SECONDS)


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE_SECONDS
    pages: Mapping[str, Callable[[], tuple[int, str, bytes]]]
    finished: Callable[[], None]

    def do_GET(self) -> None:
        page = self.pages.get(self.path)
        try:
            status, kind, body = page() if page else (404, "text/plain", b"")
        finally:
            self.finished()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: probes and scrapers come all day long."""


def _live() -> tuple[int, str, bytes]:
    return 200, "application/json", b'{"status": "live"}'


def _ready(states: States) -> tuple[int, str, bytes]:
    body, status = readiness.answer(states())
    return status, "application/json", json.dumps(body).encode()


def _metrics() -> tuple[int, str, bytes]:
    return 200, metrics.CONTENT_TYPE, metrics.exposition()
