"""The gateway's own questions to a service."""

from __future__ import annotations

from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.errors import UpstreamError, UpstreamGarbled
from gateway_svc.gateway.upstreams.answer import body_of
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.connection import Connection
from gateway_svc.gateway.upstreams.instance import Instance

_LARGEST_BYTES = 1024 * 1024
_SECONDS = 5.0


async def fetch(balancer: Balancer, path: str) -> bytes:
    """GET a small document of whoever's turn it is. Raises UpstreamError, also for an answer other than 200."""
    _, connection = await balancer.connect(anew=True)
    return await _document(connection, path, [])


async def fetch_from(instance: Instance, path: str, headers: Headers) -> bytes:
    """GET a small document of this very instance. Raises UpstreamError, also for an answer other than 200."""
    return await _document(await instance.connect(anew=True), path, headers)


async def _document(connection: Connection, path: str, headers: Headers) -> bytes:
    # A service takes few names for its own, and what an instance is called on its network is none of them.
    own = [(b"host", b"localhost"), (b"connection", b"close")]
    lines = b"".join(b"%b: %b\r\n" % header for header in (*own, *headers))
    try:
        connection.start(b"GET %b HTTP/1.1\r\n%b\r\n" % (path.encode(), lines))
        connection.expect_within(_SECONDS)
        head = await connection.head(method="GET")
        if head.status != 200:
            raise UpstreamError(f"{path} answered {head.status}")
        body = body_of(head, connection, idle_seconds=_SECONDS)
        document = bytearray()
        while not body.is_complete:
            document += await body.read()
            if len(document) > _LARGEST_BYTES:
                raise UpstreamGarbled(f"{path} has no end")
        return bytes(document)
    finally:
        connection.close()
