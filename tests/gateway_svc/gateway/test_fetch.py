"""The gateway's own questions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from gateway_svc.gateway.errors import UpstreamTimedOut
from gateway_svc.gateway.fetch import Question, ask
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.treatment import Treatment
from tests.gateway_svc.upstream import BEHAVIOURS, FakeService


async def trickle(_service, _asked, reader, writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not reader.at_eof():
        writer.write(b".")
        await asyncio.sleep(0.02)


@pytest.fixture
def slow() -> Iterator[FakeService]:
    service = FakeService({"keys": trickle, "hang": BEHAVIOURS["hang"]})
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

    def test_waits_for_its_turn_no_longer_than_for_its_answer(self, slow: FakeService) -> None:
        async def story() -> float:
            balancer = Balancer([slow.url], treatment=Treatment(in_flight_an_instance=1))
            first = asyncio.create_task(ask(balancer, Question("/hang", seconds=2)))
            while not balancer.in_flight:
                await asyncio.sleep(0.01)
            began_at = time.monotonic()
            with pytest.raises(UpstreamTimedOut):
                await ask(balancer, Question("/hang", seconds=0.2))
            took = time.monotonic() - began_at
            with pytest.raises(UpstreamTimedOut):
                await first
            assert balancer.in_flight == 0
            return took

        assert 0.15 < asyncio.run(story()) < 1
