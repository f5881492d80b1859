"""Heads of requests, as ASGI's scopes say them."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import httptools
from websockets.http11 import Request

from gateway_svc.gateway.asgi import Headers, Scope

Client = tuple[str, int] | None

_OF_HTTP = {"version": "3.0", "spec_version": "2.3"}
_OF_SOCKETS = {"version": "3.0", "spec_version": "2.4"}
# As a number: looking for bytes in bytes raises and discards an exception on the way.
_HASH = ord("#")
_EXTENSIONS: dict[str, dict[str, str]] = {"websocket.http.response": {}}


def of_request(method: bytes, url: bytes, version: str, headers: Headers, client: Client) -> Scope:
    """Raises HttpParserError or UnicodeError for a target that is none."""
    path, query = _target(url)
    text = path.decode("ascii")
    return {
        "type": "http",
        "asgi": _OF_HTTP,
        "http_version": version,
        "scheme": "http",
        "client": client,
        "root_path": "",
        "method": method.decode("ascii"),
        "path": unquote(text) if "%" in text else text,
        "raw_path": path,
        "query_string": query,
        "headers": headers,
    }


def of_socket(request: Request, client: Client) -> Scope:
    """The wish for a WebSocket."""
    path, _, query = request.path.partition("?")
    return {
        "type": "websocket",
        "asgi": _OF_SOCKETS,
        "http_version": "1.1",
        "scheme": "ws",
        "client": client,
        "root_path": "",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in request.headers.raw_items()],
        "subprotocols": _offered(request),
        "extensions": _EXTENSIONS,
    }


def _target(url: bytes) -> tuple[bytes, bytes]:
    """Path and query. Whoever names a scheme and a host, or a fragment, needs a closer look (RFC 9112, section 3.2)."""
    if url.startswith(b"/") and _HASH not in url:
        path, _, query = url.partition(b"?")
        return path, query
    parsed: Any = httptools.parse_url(url)  # whose stubs do not know that a part may be None
    return parsed.path or b"/", parsed.query or b""


def _offered(request: Request) -> list[str]:
    values = request.headers.get_all("Sec-WebSocket-Protocol")
    return [each.strip() for value in values for each in value.split(",")]
