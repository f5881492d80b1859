"""The gateway's own questions to a service."""

from __future__ import annotations

from gateway_svc.gateway.errors import UpstreamError, UpstreamGarbled
from gateway_svc.gateway.upstreams.answer import body_of
from gateway_svc.gateway.upstreams.balancer import Balancer

_LARGEST_BYTES = 1024 * 1024
_SECONDS = 5.0


async def fetch(balancer: Balancer, path: str) -> bytes:
    """GET a small document. Raises UpstreamError, also for an answer other than 200."""
    instance, connection = await balancer.connect(anew=True)
    try:
        connection.start(f"GET {path} HTTP/1.1\r\nhost: {instance.address}\r\nconnection: close\r\n\r\n".encode())
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
