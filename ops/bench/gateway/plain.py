"""A plain ASGI function that answers with one body: the ceiling for answers from memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ops.state import LOCAL

BODY = LOCAL / "bench" / "plain-body"
"""What it answers with, written before it starts."""

_body = BODY.read_bytes() if BODY.exists() else b""
_HEAD = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_body))]


async def application(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[Any]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """Answer whatever is asked."""
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        return await send({"type": "lifespan.shutdown.complete"})
    await send({"type": "http.response.start", "status": 200, "headers": list(_HEAD)})
    return await send({"type": "http.response.body", "body": _body})
