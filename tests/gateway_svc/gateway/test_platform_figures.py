"""The platform's figures come from all instances at once, and nobody who hangs holds them up."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Callable, Iterator

import pytest

from gateway_svc.gateway import platform_figures
from gateway_svc.gateway.assertions import HEADER, Assertions
from gateway_svc.gateway.platform_figures import InstanceFigures, Standing, of_the_platform
from gateway_svc.gateway.principals import Principal
from gateway_svc.gateway.upstreams.balancer import Balancer
from tests.gateway_svc.upstream import Behaviour, FakeService, answer

STAFF = Principal(key=b"k", user_id="8c3a3f4e-0000-4000-8000-000000000000", roles=("support",))


async def tell(_service, _asked, _reader, writer) -> None:
    writer.write(answer(json.dumps({"service": "order_svc", "dead_letters": 3}).encode()))


async def refuse(_service, _asked, _reader, writer) -> None:
    writer.write(answer(b"{}", status="403 Forbidden"))


async def babble(_service, _asked, _reader, writer) -> None:
    writer.write(answer(b"<html>"))


async def hang(_service, _asked, _reader, _writer) -> None:
    await asyncio.sleep(60)


@pytest.fixture
def instance() -> Iterator[Callable[[Behaviour], FakeService]]:
    """``instance(tell)``: a process of a service that answers so."""
    started: list[FakeService] = []

    def start(behaviour: Behaviour) -> FakeService:
        started.append(FakeService({"figures": behaviour}))
        return started[-1]

    yield start
    for each in started:
        each.close()


def ask(sockets: dict[str, list[str]] | None = None, **urls: list[str]) -> list[InstanceFigures]:
    async def story() -> list[InstanceFigures]:
        of_requests, of_sockets = (
            {name: Balancer(each) for name, each in those.items()} for those in (urls, sockets or {})
        )
        key = base64.b64decode(os.environ["GATEWAY_SVC_ASSERTION_KEY"])
        return await of_the_platform(of_requests, of_sockets, Assertions(key), STAFF)

    return asyncio.run(story())


@pytest.mark.django_db(transaction=True)
class TestOfThePlatform:
    def test_asks_each_instance_for_its_own(self, instance) -> None:
        first, second = instance(tell), instance(tell)

        found = ask(order_svc=[first.url, second.url])

        assert [each.service for each in found] == ["order_svc", "order_svc", "gateway_svc"]
        assert found[0].figures == found[1].figures == {"service": "order_svc", "dead_letters": 3}
        assert len(first.asked) == len(second.asked) == 1

    def test_says_who_asks(self, instance) -> None:
        service = instance(tell)

        ask(order_svc=[service.url])

        assert service.last.get(HEADER.decode())

    def test_tells_its_own(self) -> None:
        (own,) = ask()

        assert own.figures
        assert own.figures["service"] == "gateway_svc"
        assert own.figures["outbox"] == {"unsent": 0, "oldest_seconds": 0.0}

    @pytest.mark.parametrize("behaviour", [refuse, babble, hang])
    def test_shows_who_does_not_tell(self, instance, behaviour, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(platform_figures, "PATIENCE_SECONDS", 0.5)

        found = ask(order_svc=[instance(behaviour).url], user_svc=[instance(tell).url])

        assert [bool(each.figures) for each in found] == [False, True, True]

    def test_asks_those_for_websockets_whether_they_live(self, instance) -> None:
        living, gone = instance(tell), instance(tell)
        living.behaviours["live"] = tell
        gone.stop()

        found = ask(sockets={"notify_svc": [living.url, gone.url]})

        assert [(each.is_for_sockets, bool(each.figures)) for each in found] == [
            (True, True),
            (True, False),
            (False, True),
        ]

    def test_shows_what_the_gateway_makes_of_each(self, instance) -> None:
        service = instance(tell)

        (found, _) = ask(order_svc=[service.url])

        assert found.standing == Standing(is_ready=True, left_out_seconds=0.0, in_flight=0, latency_seconds=0.0)

    def test_shows_who_is_gone(self, instance) -> None:
        service = instance(tell)
        service.stop()

        found = ask(order_svc=[service.url])

        assert found[0].figures is None
