"""What browsers are told about each answer, whoever gave it."""

from __future__ import annotations

from gateway_svc.gateway.asgi import ASGIApp, Headers, Message, Receive, Scope, Send

_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})


class SecurityHeaders:
    """Say what an answer leaves unsaid; HSTS (RFC 6797) only where the shop is on https."""

    def __init__(self, app: ASGIApp, *, is_https: bool, hsts_seconds: int) -> None:
        self.app = app
        self._unless_said: Headers = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
        if is_https and hsts_seconds:
            self._unless_said.append((b"strict-transport-security", b"max-age=%d" % hsts_seconds))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                # Django writes names as it likes.
                said = {name.lower() for name, _ in message["headers"]}
                message["headers"] += [header for header in self._unless_said if header[0] not in said]
            await send(message)

        await self.app(scope, receive, send_with_headers)
