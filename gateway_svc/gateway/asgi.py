"""ASGI's types, and the few words of the protocol that more than one module says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
SOCKET_METHOD = "GET"
"""With which a WebSocket is opened; its scope does not say it (RFC 6455, section 4.1)."""
GONE = "opencommerce.gone"
"""An extension of our server's: what to do when the client goes away before it is answered; None for nothing."""
WhenGone = Callable[[Callable[[], None] | None], None]
AT_ONCE = "opencommerce.at_once"
"""Where an application says in its state, as it starts, what answers requests from memory: an ``AnswerAtOnce``."""
AnswerAtOnce = Callable[[Scope], tuple[bytes, bytes] | None]
"""Returns lines of the response's head, to which the server adds its own, and the body; None for what it leaves."""


async def send_json(
    send: Send,
    body: object,
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: Headers | None = None,
) -> None:
    """Send a whole answer."""
    data = msgspec.json.encode(body)
    head = [(b"content-type", content_type.encode()), (b"content-length", b"%d" % len(data)), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": data})
