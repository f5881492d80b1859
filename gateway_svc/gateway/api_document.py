"""The API's document (OpenAPI), as it was generated and committed: ``manage_all.py check --write``."""

from __future__ import annotations

from pathlib import Path

import msgspec

from gateway_svc.gateway.asgi import Headers, Scope, Send
from gateway_svc.gateway.conditions import etag_of, is_known

PATH = "/api/schema/"

_DOCUMENT = Path(__file__).with_name("openapi.json")
_TYPE = b"application/vnd.oai.openapi+json;version=3.1"


class ApiDocument:
    """Encoded once at the start; a client that has it asks with its ETag whether it has changed."""

    def __init__(self, public_url: str) -> None:
        document = msgspec.json.decode(_DOCUMENT.read_bytes())
        document["servers"] = [{"url": public_url}]
        self._body = msgspec.json.encode(document)
        self._etag = etag_of(self._body)

    async def answer(self, scope: Scope, send: Send) -> None:
        """All of it, or 304 (RFC 9110, 13.1.2)."""
        headers: Headers = [(b"etag", self._etag), (b"cache-control", b"public, no-cache")]
        if any(name == b"if-none-match" and is_known(self._etag, value) for name, value in scope["headers"]):
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            return await send({"type": "http.response.body", "body": b""})
        headers += [(b"content-type", _TYPE), (b"content-length", b"%d" % len(self._body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else self._body
        return await send({"type": "http.response.body", "body": body})
