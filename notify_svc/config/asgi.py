"""The WebSocket interface of notify_svc, run by Daphne; its REST API is config.wsgi."""

from __future__ import annotations

import os
from typing import Any

import django


async def health(scope: Any, _receive: Any, send: Any) -> None:
    """Tell a probe that the process answers; there is nothing else here over HTTP."""
    is_live = scope["path"] == "/health/live"
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    body = b'{"status": "live"}' if is_live else b'{"status": "not found"}'
    await send({"type": "http.response.start", "status": 200 if is_live else 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def nowhere(_scope: Any, _receive: Any, send: Any) -> None:
    """Refuse a socket on a path that leads nowhere."""
    await send({"type": "websocket.close"})


def routed() -> Any:
    """Build the application, once Django is set up."""
    from channels.routing import ProtocolTypeRouter, URLRouter
    from django.urls import path, re_path

    from notify_svc.notifications.sockets import LiveFeed

    elsewhere: Any = nowhere  # Channels routes ASGI applications by the paths that Django has for views
    sockets = URLRouter([path("ws/notifications/", LiveFeed.as_asgi()), re_path("", elsewhere)])
    return ProtocolTypeRouter({"http": health, "websocket": sockets})


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notify_svc.config.settings")
django.setup()
application = routed()
