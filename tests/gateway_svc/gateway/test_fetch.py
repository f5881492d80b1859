"""The gateway's own questions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from gateway_svc.gateway.errors import UpstreamTimedOut
from gateway_svc.gateway.fetch import Question, ask
from gateway_svc.gateway.upstreams.balancer import Balancer
from tests.gateway_svc.upstream import FakeService


async def trickle(_service, _asked, reader, writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not reader.at_eof():
        writer.write(b".")
        await asyncio.sleep(0.02)


@pytest.fixture
def slow() -> Iterator[FakeService]:
    service = FakeService({"keys": trickle})
    yield service
    service.close()


class TestAQuestion:
    def test_is_not_answered_a_little_at_a_time_for_ever(self, slow: FakeService) -> None:
        async def story() -> None:
            balancer = Balancer([slow.url])
            async with asyncio.timeout(5):
                await ask(balancer, Question("/keys", seconds=0.2))

        with pytest.raises(UpstreamTimedOut):
            asyncio.run(story())
