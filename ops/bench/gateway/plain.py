"""A plain ASGI function with one fixed body, which keeps every WebSocket open: the most that the server can do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ops.state import LOCAL

BODY = LOCAL / "bench" / "plain-body"
"""The body of every response; has to be written before the process starts."""

_body = BODY.read_bytes() if BODY.exists() else b""
_HEAD = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_body))]

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer every request with the same body."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEAD)})
        await send({"type": "http.response.body", "body": _body})
    elif scope["type"] == "websocket":
        await _listen(receive, send)
    else:
        await _live(receive, send)


async def _listen(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def _live(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})
