"""One connection, and how long it is waited for."""

from __future__ import annotations

import asyncio
import time

import pytest

from gateway_svc.gateway.errors import UpstreamTimedOut
from gateway_svc.gateway.upstreams.answer import body_of
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.lease import Lease
from tests.gateway_svc.upstream import FakeService


async def trickle(_service, _asked, _reader, writer) -> None:
    """Never silent for long, and never at an end."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def take_all(lease: Lease) -> int:
    lease.connection.start(b"GET /trickle HTTP/1.1\r\nhost: h\r\n\r\n")
    lease.connection.expect_within(10.0)
    head = await lease.connection.head(method="GET")
    body = body_of(head, lease.connection, idle_seconds=10.0)
    taken = 0
    while not body.is_complete:
        taken += len(await body.read())
    return taken


def test_all_has_to_be_over_in_time_even_if_something_comes_again_and_again() -> None:
    service = FakeService({"trickle": trickle})

    async def story() -> None:
        lease = await Balancer([service.url]).lease()
        lease.connection.until = time.monotonic() + 0.2
        try:
            with pytest.raises(UpstreamTimedOut):
                await take_all(lease)
        finally:
            lease.end(is_good=False)

    asyncio.run(story())
    service.close()
