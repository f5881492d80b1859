"""The head of a request to a service."""

from __future__ import annotations

from urllib.parse import urlsplit

from common.observability.correlation import Correlation
from gateway_svc.gateway import assertions
from gateway_svc.gateway.asgi import Headers, Scope
from gateway_svc.gateway.exchange import Exchange

PATIENCE_HEADER = b"x-gateway-patience-ms"
"""Milliseconds within which the response has to begin: after that the gateway gives up."""


class PublicOrigin:
    """The shop's public URL, on which services build their absolute URLs."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.scheme = parts.scheme.encode()
        self.host = parts.netloc.encode()
        self.url = b"%b://%b" % (self.scheme, self.host)


def own_headers(assertion: bytes, names: Correlation, client: str, origin: PublicOrigin) -> Headers:
    """What only the gateway says: who asks, from which address, and what the request is called."""
    return [
        (assertions.HEADER, assertion),
        (b"x-request-id", names.request_id.encode()),
        (b"traceparent", names.traceparent.encode()),
        (b"x-forwarded-for", client.encode()),
        (b"x-forwarded-proto", origin.scheme),
        (b"x-forwarded-host", origin.host),
    ]


def request_target(scope: Scope) -> bytes:
    """Path and query, byte for byte as they were sent."""
    path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    return b"%b?%b" % (path, query) if query else path


def request_head(scope: Scope, own: Headers, origin: PublicOrigin, *, length: int | None) -> bytes:
    """All of the head but ``last_line``, which differs for each attempt."""
    exchange: Exchange = scope["exchange"]
    start = b"%b %b HTTP/1.1\r\nhost: %b" % (scope["method"].encode(), request_target(scope), origin.host)
    framing: Headers = [] if length is None else [(b"content-length", b"%d" % length)]
    return b"\r\n".join([start, *map(b": ".join, [*exchange.headers, *own, *framing]), b""])


def last_line(seconds: float) -> bytes:
    """The header that says how long we wait for the response to begin, and the end of the head."""
    return b"%b: %d\r\n\r\n" % (PATIENCE_HEADER, max(0.0, seconds) * 1000)
