"""Which pages of other origins may use the API from a browser (Fetch Standard, section 3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from gateway_svc.gateway.asgi import ASGIApp, Headers, Receive, Scope, Send

ANY = "*"
# The API alone: nobody else's page has business with ours.
_SHARED = ("/api/", "/.well-known/")
_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
_SENT = (
    b"Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Range, X-Cart-Token,"
    b" X-Request-ID"
)
_SHOWN = (
    b"Content-Disposition, Content-Range, ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy,"
    b" Retry-After, WWW-Authenticate, X-Cart-Token, X-Request-ID"
)
_KEPT_SECONDS = b"600"
_VARY = (b"vary", b"Origin")


def origins(text: str) -> list[str]:
    """Those that a setting lists. Raises ImproperlyConfigured."""
    listed = [each.strip() for each in text.split(",") if each.strip()]
    for origin in listed:
        if origin != ANY and not _is_origin(origin):
            raise ImproperlyConfigured(f"OPENCOMMERCE_CORS_ORIGINS takes origins such as https://app.example: {origin}")
    return listed


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.netloc) and text == f"{parts.scheme}://{parts.netloc}".lower()


class Cors:
    """Origins are compared whole. ``*`` lets all pages in, but none of them with somebody's cookies."""

    def __init__(self, app: ASGIApp, *, origins: Iterable[str]) -> None:
        self.app = app
        self._origins = {origin.encode() for origin in origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_SHARED):
            return await self.app(scope, receive, send)
        origin, wants = _asked(scope["headers"])
        leave = self._leave(origin)
        if scope["method"] == "OPTIONS" and origin and wants:
            return await _answer_preflight(leave, send)
        scope["exchange"].marks += leave
        return await self.app(scope, receive, send)

    def leave(self, scope: Scope) -> Headers:
        """What the browser is told with an answer of the API."""
        return self._leave(_asked(scope["headers"])[0])

    def _leave(self, origin: bytes) -> Headers:
        if origin and origin in self._origins:
            let_in = [(b"access-control-allow-origin", origin), (b"access-control-allow-credentials", b"true")]
        elif origin and ANY.encode() in self._origins:
            let_in = [(b"access-control-allow-origin", b"*")]
        else:
            return [_VARY]
        return [_VARY, *let_in, (b"access-control-expose-headers", _SHOWN)]


async def _answer_preflight(leave: Headers, send: Send) -> None:
    """Without a leave the browser refuses by itself."""
    if len(leave) > 1:
        leave = [
            *leave,
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _SENT),
            (b"access-control-max-age", _KEPT_SECONDS),
        ]
    await send({"type": "http.response.start", "status": 204, "headers": leave})
    await send({"type": "http.response.body", "body": b""})


def _asked(headers: Headers) -> tuple[bytes, bytes]:
    """The origin, and the method that a preflight asks leave for; empty where there is none, or more than one."""
    origins = [value for name, value in headers if name == b"origin"]
    methods = [value for name, value in headers if name == b"access-control-request-method"]
    return (origins[0] if len(origins) == 1 else b""), (methods[0] if methods else b"")
