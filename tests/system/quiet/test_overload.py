"""Three times as many requests as a service can answer, which come whether or not others were answered.

It is here and not among the gateway's own tests since nothing else runs beside these, and it is about waiting times.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import quantiles
from urllib.parse import urlsplit

import pytest

from ops.platform import Platform
from tests.gateway_svc.upstream import BEHAVIOURS, FakeService, answer
from tests.system.plans import with_second_gateway

ORDERS = "/api/v1/orders/"
# A service of four threads; it sleeps, so that what is measured here is not how fast this machine is.
THREADS, SECONDS = 4, 0.08
CAPACITY = THREADS / SECONDS
FLOOD_SECONDS = 9
LATE_SECONDS = 0.05


@dataclass(frozen=True)
class Outcome:
    """Of one request."""

    status: int
    head: bytes
    seconds: float


@pytest.fixture(scope="module")
def busy_port(platform: Platform) -> Iterator[int]:
    """The port of a gateway whose orders come from a service that is soon busy."""
    threads = asyncio.Semaphore(THREADS)

    async def work(_service, _asked, _reader, writer) -> None:
        async with threads:
            await asyncio.sleep(SECONDS)
        writer.write(answer(b"{}"))

    service = FakeService({**BEHAVIOURS, "orders": work})
    with with_second_gateway(platform, ORDER_SVC_URL=service.url) as origin:
        port = urlsplit(origin).port
        assert port
        yield port
    service.close()


async def ask(port: int) -> Outcome:
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET {ORDERS} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n".encode())
        said = await asyncio.wait_for(reader.read(), 15)
    finally:
        writer.close()
    return Outcome(int(said[9:12]), said.partition(b"\r\n\r\n")[0].lower(), time.perf_counter() - began)


class Uneven(Exception):
    """This process was held up itself: what it sent was no steady load, and what came back says nothing."""


def load(port: int, *, times_capacity: float, seconds: float) -> list[Outcome]:
    """Requests at an even rate, in the order in which they were sent. Raises Uneven."""

    async def come() -> list[Outcome]:
        loop = asyncio.get_running_loop()
        began, asked, latest = loop.time(), [], 0.0
        for number in range(int(times_capacity * CAPACITY * seconds)):
            due = began + number / (times_capacity * CAPACITY)
            await asyncio.sleep(due - loop.time())
            latest = max(latest, loop.time() - due)
            asked.append(asyncio.create_task(ask(port)))
        outcomes = list(await asyncio.gather(*asked))
        if latest > LATE_SECONDS:
            raise Uneven(f"{latest:.2f} s late")
        return outcomes

    return asyncio.run(come())


def steady_load(port: int, *, times_capacity: float, seconds: float) -> list[Outcome]:
    """The same; tried again where it was uneven, since others use this machine as well."""
    for _ in range(3):
        try:
            return load(port, times_capacity=times_capacity, seconds=seconds)
        except Uneven as error:
            reason = str(error)
            time.sleep(1)
    return pytest.skip(f"this machine is too busy to send requests evenly: {reason}")


def p95_of_accepted(outcomes: list[Outcome]) -> float:
    return quantiles([each.seconds for each in outcomes if each.status == 200], n=20)[-1]


def test_three_times_too_many_are_turned_away_and_the_others_hardly_wait(busy_port: int) -> None:
    normal = steady_load(busy_port, times_capacity=0.6, seconds=2)

    flood = steady_load(busy_port, times_capacity=3, seconds=FLOOD_SECONDS)
    ended = time.monotonic()

    assert Counter(each.status for each in normal) == {200: len(normal)}
    assert {each.status for each in flood} == {200, 503}
    for refused in (each.head for each in flood if each.status == 503):
        assert b"\r\nretry-after: 1" in refused
        assert b"\r\nx-request-id: " in refused
    # At first it might be a short rush, which would be served whole.
    lasting = flood[len(flood) // 3 :]
    assert p95_of_accepted(lasting) < 2 * p95_of_accepted(normal)
    accepted = sum(each.status == 200 for each in flood)
    assert accepted > 0.8 * CAPACITY * FLOOD_SECONDS

    after = steady_load(busy_port, times_capacity=0.6, seconds=1)
    while not is_like(after, normal):
        assert time.monotonic() - ended < 10, "it does not recover"
        after = steady_load(busy_port, times_capacity=0.6, seconds=1)


def is_like(outcomes: list[Outcome], normal: list[Outcome]) -> bool:
    return {each.status for each in outcomes} == {200} and p95_of_accepted(outcomes) < 2 * p95_of_accepted(normal)


def test_a_short_rush_is_served_whole(busy_port: int) -> None:
    async def rush() -> list[Outcome]:
        return list(await asyncio.gather(*(ask(busy_port) for _ in range(int(CAPACITY)))))

    assert {each.status for each in asyncio.run(rush())} == {200}
