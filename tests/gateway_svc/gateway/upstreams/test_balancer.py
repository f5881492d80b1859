"""Instances that come, go and fail, over real connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway_svc.gateway.errors import (
    CircuitOpen,
    Overloaded,
    Stuck,
    UpstreamClosed,
    UpstreamError,
    UpstreamGarbled,
    UpstreamTimedOut,
    UpstreamUnreachable,
    UpstreamUnwell,
)
from gateway_svc.gateway.fetch import fetch
from gateway_svc.gateway.upstreams import balancer as balancing
from gateway_svc.gateway.upstreams import line
from gateway_svc.gateway.upstreams.addresses import Address
from gateway_svc.gateway.upstreams.balancer import Balancer
from gateway_svc.gateway.upstreams.checks import keep_checking
from gateway_svc.gateway.upstreams.instance import Instance
from gateway_svc.gateway.upstreams.lease import Lease
from gateway_svc.gateway.upstreams.treatment import Treatment
from tests.gateway_svc.upstream import BEHAVIOURS, FakeService, answer

HASTY = Treatment(check_seconds=0.01, resolve_seconds=0.01)


async def unready(_service, _asked, _reader, writer) -> None:
    writer.write(answer(b"{}", status="503 Service Unavailable"))


@pytest.fixture
def start() -> Iterator[Callable[..., FakeService]]:
    """``start("127.0.0.2", port)``: an instance that answers there."""
    started: list[FakeService] = []

    def start(host: str = "127.0.0.1", port: int = 0, **behaviours) -> FakeService:
        started.append(FakeService({**BEHAVIOURS, **behaviours}, host=host, port=port))
        return started[-1]

    yield start
    for each in started:
        each.close()


@asynccontextmanager
async def balanced(urls: list[str], **more: Any) -> AsyncIterator[Balancer]:
    balancer = Balancer(urls, **more)
    try:
        yield balancer
    finally:
        balancer.close()
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


class TestAName:
    def test_leads_to_all_its_addresses_and_to_new_ones_without_a_lost_request(self, start) -> None:
        first = start("127.0.0.1")
        second = start("127.0.0.2", first.port)
        hosts = ["127.0.0.1"]

        async def resolve(name: Address) -> list[Address]:
            return [Address(host, name.port) for host in hosts]

        async def story() -> None:
            async with balanced([f"http://products:{first.port}"], treatment=HASTY, resolve=resolve) as balancer:
                await balancer.look_up()
                following = asyncio.create_task(balancer.keep_looking_up())
                asking = asyncio.create_task(_ask_until_told(balancer))
                hosts.append("127.0.0.2")
                await until(lambda: bool(second.asked))
                hosts.remove("127.0.0.1")
                await until(lambda: [each.host for each in balancer.instances] == ["127.0.0.2"])
                asked = len(first.asked)
                await _ask(balancer, 20)
                assert len(first.asked) <= asked + 1
                asking.cancel()
                following.cancel()
                assert not balancer.pool.instances[0].ejection.is_due

        asyncio.run(story())

    def test_is_unreachable_until_somebody_knows_it(self) -> None:
        async def resolve(_name: Address) -> list[Address]:
            raise OSError

        async def story() -> None:
            async with balanced(["http://products:8000"], resolve=resolve) as balancer:
                await balancer.look_up()
                with pytest.raises(UpstreamUnreachable):
                    await balancer.lease()

        asyncio.run(story())

    def test_lets_what_is_under_way_end_where_it_began(self, start) -> None:
        service = start()

        async def story() -> bytes:
            async with balanced([service.url]) as balancer:
                lease = await balancer.lease()
                balancer.pool.become([], 0.0)
                lease.connection.start(b"GET /chunked/ HTTP/1.1\r\nhost: h\r\n\r\n")
                head = await lease.connection.head(method="GET")
                lease.end(is_good=True, is_clean=True)
                assert head.status == 200
                return b"closed" if not lease.connection.is_open else b"kept"

        assert asyncio.run(story()) == b"closed"


async def _ask(balancer: Balancer, times: int) -> None:
    for _ in range(times):
        await fetch(balancer, "/echo")


async def _ask_until_told(balancer: Balancer) -> None:
    while True:
        await fetch(balancer, "/echo")


class TestWhatIsAtHand:
    def test_is_a_connection_that_was_used_before_and_takes_a_place(self, start) -> None:
        service = start()

        async def story() -> None:
            treatment = Treatment(in_flight_an_instance=1)
            async with balanced([service.url], treatment=treatment) as balancer:
                assert balancer.at_hand() is None
                lease = await balancer.lease()
                assert balancer.at_hand() is None  # no place is free
                lease.end(is_good=True, is_clean=True)

                again = balancer.at_hand()

                assert again
                assert again.connection is lease.connection
                assert (balancer.in_flight, again.instance.in_flight) == (1, 1)
                again.end(is_good=True, is_clean=True)
                assert (balancer.in_flight, again.instance.in_flight) == (0, 0)

        asyncio.run(story())

    def test_is_nothing_while_the_service_is_not_asked(self, start) -> None:
        service = start()

        async def story() -> None:
            treatment = Treatment(circuit_requests=1)
            async with balanced([service.url], treatment=treatment) as balancer:
                kept, failing = [await balancer.lease() for _ in range(2)]
                kept.end(is_good=None, is_clean=True)
                failing.end(is_good=False)

                assert balancer.breaker.is_open
                assert balancer.at_hand() is None

        asyncio.run(story())

    def test_is_nothing_where_nobody_is_known(self) -> None:
        async def story() -> Lease | None:
            async with balanced(["http://products:8000"]) as balancer:
                return balancer.at_hand()

        assert asyncio.run(story()) is None


class TestConnecting:
    def test_goes_on_to_another_whatever_the_request(self, start) -> None:
        service = start()

        async def story() -> None:
            async with balanced(["http://127.0.0.1:1", "http://127.0.0.1:2", service.url]) as balancer:
                for _ in range(4):
                    lease = await balancer.lease(anew=True)
                    assert lease.instance.address == f"127.0.0.1:{service.port}"
                    lease.end(is_good=True)

        asyncio.run(story())

    def test_leaves_out_who_is_never_there(self, start) -> None:
        service = start()

        async def story() -> None:
            async with balanced(["http://127.0.0.1:1", service.url]) as balancer:
                gone = balancer.instances[0]
                while not gone.ejection.is_out(balancing.now()):
                    (await balancer.lease(anew=True)).end(is_good=True)
                picked = {balancer.pick() for _ in range(50)}
                assert picked == {balancer.instances[1]}

        asyncio.run(story())

    def test_counts_nobody_twice(self, start) -> None:
        service = start()

        async def story() -> list[int]:
            async with balanced(["http://127.0.0.1:1", service.url]) as balancer:
                for _ in range(10):
                    lease = await balancer.lease(anew=True)
                    lease.end(is_good=True)
                    lease.end(is_good=False)
                return [balancer.in_flight, *(each.in_flight for each in balancer.instances)]

        assert asyncio.run(story()) == [0, 0, 0]

    def test_forgets_who_gives_up_waiting(self, start) -> None:
        service = start()

        async def story() -> list[int]:
            async with balanced([service.url]) as balancer:
                waiting = asyncio.create_task(balancer.lease())
                await asyncio.sleep(0)
                waiting.cancel()
                await asyncio.wait({waiting})
                assert waiting.cancelled()
                return [balancer.in_flight, balancer.instances[0].in_flight]

        assert asyncio.run(story()) == [0, 0]


async def nothing(_instance: Instance) -> None: ...


class TestOpening:
    @pytest.mark.parametrize("error", [UpstreamUnreachable, UpstreamClosed, UpstreamGarbled, UpstreamUnwell])
    def test_goes_on_to_another_and_leaves_out_who_always_fails(self, error: type[UpstreamError]) -> None:
        async def story() -> None:
            async with balanced(["http://127.0.0.1:1", "http://127.0.0.1:2"]) as balancer:
                bad, good = balancer.instances

                async def reach(instance: Instance) -> str:
                    if instance is bad:
                        raise error
                    return "open"

                for number in range(1, 7):
                    assert await balancer.open(reach) == (good, "open")
                    assert (bad.in_flight, good.in_flight) == (0, number)
                assert bad.ejection.is_out(balancing.now())

        asyncio.run(story())

    @pytest.mark.parametrize("error", [UpstreamTimedOut, ValueError])
    def test_does_not_go_on_after_what_may_have_been_done(self, error: type[Exception]) -> None:
        asked: list[Instance] = []

        async def reach(instance: Instance) -> None:
            asked.append(instance)
            raise error

        async def story() -> None:
            async with balanced(["http://127.0.0.1:1", "http://127.0.0.1:2"]) as balancer:
                with pytest.raises(error):
                    await balancer.open(reach)
                assert [each.in_flight for each in balancer.instances] == [0, 0]

        asyncio.run(story())
        assert len(asked) == 1

    def test_spares_a_service_that_fails(self) -> None:
        treatment = Treatment(circuit_requests=3, circuit_seconds=0.05)

        async def reach(_instance: Instance) -> None:
            raise UpstreamTimedOut

        async def story() -> None:
            async with balanced(["http://127.0.0.1:1"], treatment=treatment) as balancer:
                for _ in range(3):
                    with pytest.raises(UpstreamTimedOut):
                        await balancer.open(reach)
                with pytest.raises(CircuitOpen):
                    await balancer.open(nothing)
                await asyncio.sleep(0.06)
                assert [await balancer.open(nothing) for _ in range(2)] == [(balancer.instances[0], None)] * 2

        asyncio.run(story())


class TestBulkhead:
    def test_lets_in_whom_there_is_room_for_and_the_next_when_one_is_done(self, start) -> None:
        service = start()

        async def story() -> None:
            async with balanced([service.url], treatment=Treatment(in_flight_an_instance=2)) as balancer:
                one, other = [await balancer.lease() for _ in range(2)]
                third = asyncio.create_task(balancer.lease())
                await asyncio.sleep(0.05)
                assert (third.done(), len(balancer.line)) == (False, 1)
                one.end(is_good=True)
                for lease in (other, await third):
                    lease.end(is_good=True)
                assert balancer.in_flight == 0

        asyncio.run(story())

    def test_turns_away_who_has_waited_too_long(self, start, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(line, "PATIENCE_SECONDS", 0.05)
        service = start()

        async def story() -> None:
            async with balanced([service.url], treatment=Treatment(in_flight_an_instance=1)) as balancer:
                lease = await balancer.lease()
                with pytest.raises(Overloaded):
                    await balancer.lease()
                lease.end(is_good=True)
                assert balancer.in_flight == 0

        asyncio.run(story())

    def test_has_more_room_with_more_instances(self, start) -> None:
        services = [start(), start()]

        async def story() -> None:
            async with balanced([services[0].url], treatment=Treatment(in_flight_an_instance=1)) as balancer:
                first = await balancer.lease()
                rest = [asyncio.create_task(balancer.lease()) for _ in range(2)]
                await asyncio.sleep(0)
                balancer.pool.become([Address("127.0.0.1", each.port) for each in services], time.monotonic())
                first.end(is_good=True)
                for lease in await asyncio.gather(*rest):
                    lease.end(is_good=True)
                assert balancer.in_flight == 0

        asyncio.run(story())

    def test_that_is_left_while_the_breaker_is_open_loses_no_place(self) -> None:
        async def story() -> None:
            treatment = Treatment(circuit_requests=2, in_flight_an_instance=2)
            async with balanced(["http://127.0.0.1:1"], treatment=treatment) as balancer:
                tries = await asyncio.gather(*(balancer.lease() for _ in range(8)), return_exceptions=True)
                assert {type(each) for each in tries} == {UpstreamUnreachable, CircuitOpen}
                assert balancer.in_flight == 0

        asyncio.run(story())


class TestBreaker:
    def test_opens_for_a_service_that_cannot_be_reached(self) -> None:
        async def story() -> None:
            async with balanced(["http://127.0.0.1:1"], treatment=Treatment(circuit_requests=2)) as balancer:
                for _ in range(2):
                    with pytest.raises(UpstreamUnreachable):
                        await balancer.lease()
                with pytest.raises(CircuitOpen) as refused:
                    await balancer.lease()
                assert 9 < refused.value.retry_after_seconds <= 10

        asyncio.run(story())


class TestAServiceThatHangs:
    PATIENCE_SECONDS = 0.05

    @pytest.fixture(autouse=True)
    def hasty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(line, "PATIENCE_SECONDS", self.PATIENCE_SECONDS)

    def test_is_left_alone_once_enough_have_waited_in_vain(self, start) -> None:
        service = start()

        async def story() -> None:
            treatment = Treatment(in_flight_an_instance=1, circuit_requests=3)
            async with balanced([service.url], treatment=treatment) as balancer:
                holder = await balancer.lease()
                waits = await asyncio.gather(*(balancer.lease() for _ in range(3)), return_exceptions=True)
                assert {type(each) for each in waits} == {Stuck}
                with pytest.raises(CircuitOpen):
                    await balancer.lease()
                holder.end(is_good=False)
                assert balancer.in_flight == 0

        asyncio.run(story())

    def test_keeps_nobody_in_line_once_that_is_clear(self, start, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(line, "PATIENCE_SECONDS", 60)
        service = start()

        async def story() -> None:
            treatment = Treatment(in_flight_an_instance=2, circuit_requests=2)
            async with balanced([service.url], treatment=treatment) as balancer:
                holders = [await balancer.lease() for _ in range(2)]
                waiting = [asyncio.create_task(balancer.lease()) for _ in range(5)]
                await asyncio.sleep(0)
                for each in holders:
                    each.end(is_good=False)
                told = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)
                # The place of the first holder went to the first in line, who came in while the second failed.
                assert [type(each) for each in told] == [CircuitOpen] * 5
                assert all(9 < each.retry_after_seconds <= 10 for each in told if isinstance(each, CircuitOpen))
                assert (balancer.in_flight, len(balancer.line)) == (0, 0)

        asyncio.run(story())

    def test_lets_nobody_wait_who_might_try_it_while_all_its_places_are_taken(self, start) -> None:
        service = start()

        async def story() -> None:
            treatment = Treatment(in_flight_an_instance=2, circuit_requests=1, circuit_seconds=0.01)
            async with balanced([service.url], treatment=treatment) as balancer:
                first, second = [await balancer.lease() for _ in range(2)]
                first.end(is_good=False)
                third = await asyncio.create_task(self._try(balancer))
                with pytest.raises(CircuitOpen):
                    await balancer.lease()
                third.end(is_good=True)
                (await balancer.lease()).end(is_good=True)
                second.end(is_good=True)
                assert balancer.in_flight == 0

        asyncio.run(story())

    async def _try(self, balancer: Balancer) -> Lease:
        """The one who may, once the time has come."""
        await asyncio.sleep(0.02)
        return await balancer.lease()

    def test_is_none_that_answered_somebody_meanwhile(self, start) -> None:
        service = start()

        async def story() -> None:
            treatment = Treatment(in_flight_an_instance=1, circuit_requests=1)
            async with balanced([service.url], treatment=treatment) as balancer:
                holder = await balancer.lease()
                waiting = asyncio.create_task(balancer.lease())
                await asyncio.sleep(self.PATIENCE_SECONDS / 5)
                holder.answered(balancing.now())
                with pytest.raises(Stuck):
                    await waiting
                assert not balancer.breaker.is_open
                holder.end(is_good=True)

        asyncio.run(story())


class TestTryingAgain:
    def test_is_refused_at_once_where_too_many_did(self, start) -> None:
        service = start()

        async def story() -> None:
            async with balanced([service.url]) as balancer:
                for _ in range(50):
                    (await balancer.lease()).end(is_good=True)
                for _ in range(10):
                    balancer.try_again_after(UpstreamClosed("gone"))
                    (await balancer.lease(not_at=balancer.instances, anew=True)).end(is_good=False)
                with pytest.raises(UpstreamClosed):
                    balancer.try_again_after(UpstreamClosed("gone"))

        asyncio.run(story())


class TestChecking:
    def test_leaves_out_who_says_that_it_is_not_ready_and_takes_it_back(self, start) -> None:
        good, other = start(), start(ready=unready)

        async def story() -> None:
            async with balanced([good.url, other.url], treatment=HASTY) as balancer:
                checking = asyncio.create_task(keep_checking(balancer))
                await until(lambda: not balancer.instances[1].health.is_ready)
                assert {balancer.pick() for _ in range(50)} == {balancer.instances[0]}
                del other.behaviours["ready"]
                await until(lambda: balancer.instances[1].health.is_ready)
                assert {balancer.pick() for _ in range(50)} == set(balancer.instances)
                checking.cancel()

        asyncio.run(story())

    def test_leaves_out_nobody_when_all_say_so(self, start) -> None:
        services = [start(ready=unready) for _ in range(3)]

        async def story() -> None:
            async with balanced([each.url for each in services], treatment=HASTY) as balancer:
                checking = asyncio.create_task(keep_checking(balancer))
                await until(lambda: not any(each.health.is_ready for each in balancer.instances))
                assert {balancer.pick() for _ in range(90)} == set(balancer.instances)
                checking.cancel()

        asyncio.run(story())

    def test_ends_an_ejection_early(self, start) -> None:
        first, second = start(), start()

        async def story() -> None:
            async with balanced([first.url, second.url], treatment=HASTY) as balancer:
                for _ in range(5):
                    balancer.pool.note_failure(balancer.instances[0], balancing.now())
                assert {balancer.pick() for _ in range(50)} == {balancer.instances[1]}
                checking = asyncio.create_task(keep_checking(balancer))
                await until(lambda: not balancer.instances[0].ejection.is_out(balancing.now()))
                assert {balancer.pick() for _ in range(50)} == set(balancer.instances)
                checking.cancel()

        asyncio.run(story())
