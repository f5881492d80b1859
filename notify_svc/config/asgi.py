"""The WebSocket interface of notify_svc, run by Daphne; its REST API is config.wsgi."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import django

from common import open_files


async def inside(scope: Any, _receive: Any, send: Any) -> None:
    """Serve health and metrics to the private network; nothing else is served here over HTTP."""
    page = _PAGES.get(scope["path"])
    status, kind, body = (
        await asyncio.to_thread(page) if page else (404, "application/json", b'{"status": "not found"}')
    )
    headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _live() -> tuple[int, str, bytes]:
    return 200, "application/json", b'{"status": "live"}'


def _ready() -> tuple[int, str, bytes]:
    from django.db import connections

    from common.observability import health, readiness

    try:
        body, status = readiness.answer(readiness.states_of({"database": health.database}))
        return status, "application/json", json.dumps(body).encode()
    finally:
        connections.close_all()


def _metrics() -> tuple[int, str, bytes]:
    from common.observability import metrics

    return 200, metrics.CONTENT_TYPE, metrics.exposition()


_PAGES = {"/health/live": _live, "/health/ready": _ready, "/metrics": _metrics}


async def nowhere(_scope: Any, _receive: Any, send: Any) -> None:
    """Refuse a WebSocket on an unknown path."""
    await send({"type": "websocket.close"})


def routed() -> Any:
    """Build the application, once Django is set up."""
    from channels.routing import ProtocolTypeRouter, URLRouter
    from django.urls import path, re_path

    from notify_svc.notifications.sockets import LiveFeed

    elsewhere: Any = nowhere  # Channels routes ASGI applications by the paths that Django has for views
    sockets = URLRouter([path("ws/notifications/", LiveFeed.as_asgi()), re_path("", elsewhere)])
    return ProtocolTypeRouter({"http": inside, "websocket": sockets})


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notify_svc.config.settings")
open_files.allow_most()
django.setup()
application = routed()
