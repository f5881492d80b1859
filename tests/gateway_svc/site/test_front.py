"""The page in front of the admins shows the platform as it is, also when a part of it is not there."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from django.conf import settings
from kombu import Connection, Producer

from common.events import broker
from common.topology import GATEWAY
from tests.gateway_svc.accounts import ADMIN
from tests.gateway_svc.door import Door, settle
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import Behaviour, FakeService, answer, die_before, hang
from tests.gateway_svc.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/admin/"


def telling_of(outbox: dict[str, float]) -> Behaviour:
    """Tells its figures, with these of what it has to send."""
    told = {
        "version": "1.2.3",
        "started_at": "2026-01-01T09:00:00+00:00",
        "outbox": outbox,
        "dead_letters": 0,
        "last_errors": [
            {"at": "2026-01-01T10:00:00+00:00", "message": "<b>no luck</b>", "error": "ValueError", "where": "a:1",
             "request_id": "request-1", "logger": "a"}
        ],
    }  # fmt: skip

    async def tell(_service, _asked, _reader, writer) -> None:
        writer.write(answer(json.dumps(told).encode()))

    return tell


tell = telling_of({"unsent": 0, "oldest_seconds": 0.0})


def behave_after(seconds: float) -> Behaviour:
    """Answers, in its own time."""

    async def behave(_service, _asked, _reader, writer) -> None:
        await asyncio.sleep(seconds)
        writer.write(answer(b"{}"))

    return behave


@pytest.fixture(scope="module")
def instance() -> Iterator[Callable[[Behaviour], FakeService]]:
    """``instance(tell)``: a process of a service that tells its figures so."""
    started: list[FakeService] = []

    def start(behaviour: Behaviour) -> FakeService:
        started.append(FakeService({"figures": behaviour}))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture(scope="module")
def telling(instance: Callable[[Behaviour], FakeService], users) -> Iterator[dict[str, str]]:
    """Where services answer that are well; user_svc is the fake one that also signs people in."""
    users.behaviours["figures"] = tell
    well = instance(tell)
    yield {f"{name}_SVC_URL": well.url for name in ("PRODUCT", "ORDER", "NOTIFY", "FILE")}
    del users.behaviours["figures"]


@pytest.fixture
def gateways_queues() -> Iterator[Callable[[str, int], None]]:
    """``gateways_queues("gateway_svc.work", 3)``: so many messages lie in it, and nobody takes them."""
    with Connection(settings.BROKER_URL) as connection, connection.channel() as channel:
        queues = (GATEWAY.facts_queue, GATEWAY.work_queue, GATEWAY.dead_queue)
        for queue in queues:  # which the tests of common made, with other limits
            channel.queue_delete(queue)
        broker.declare(connection, GATEWAY, [])

        def fill(queue: str, depth: int) -> None:
            producer = Producer(connection.channel(), routing_key=queue)
            for number in range(depth):
                producer.publish({"number": number})
            settle(lambda: channel.queue_declare(queue, passive=True).message_count == depth)

        yield fill
        for queue in queues:
            channel.queue_purge(queue)


def card_of(service: str, page) -> str:
    """What the page tells of a service."""
    cards = unescape(page.body.decode()).split('<li class="card">')
    return next(card for card in cards if re.search(rf"<h3><a [^>]*>{service}</a>", card))


def said_of(service: str, page) -> dict[str, str]:
    """The same, by its headings."""
    said = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", card_of(service, page), re.DOTALL)
    return {heading: re.sub(r"<[^>]+>", "", text).strip() for heading, text in said}


def sentence_of(page) -> str:
    (sentence,) = re.findall(rb'id="sentence"[^>]*>([^<]+)<', page.body)
    return unescape(sentence.decode())


def silent_in(page) -> list[str]:
    """Who is said not to answer. What else is not well is not ours: the broker is shared, and nobody works here."""
    return re.findall(r"([\w ]+?) does not answer", sentence_of(page).partition(": ")[2])


class TestThePageInFrontOfTheAdmins:
    def test_is_for_staff(self, door: Door, signer: Signer) -> None:
        customer, visitor = Visitor(door), Visitor(door)
        customer.sign_in()

        assert customer.get(PAGE).status == 403
        assert visitor.get(PAGE).get("location") == "/login/?next=/admin/"
        assert door.ask("GET", PAGE, token=signer.token(roles=["seller"])).status == 403

    def test_shows_all_instances_and_says_whether_it_is_well(
        self, open_door: Callable[..., Door], telling: dict[str, str], instance: Callable[..., FakeService]
    ) -> None:
        second = instance(tell)
        two = f"{telling['ORDER_SVC_URL']},{second.url}"
        visitor = Visitor(open_door(**{**telling, "ORDER_SVC_URL": two}))
        visitor.sign_in(ADMIN)

        page = visitor.get(PAGE)

        assert page.status == 200
        assert silent_in(page) == []
        assert f"127.0.0.1:{second.port}".encode() in page.body
        assert b"1.2.3" in page.body
        assert b'href="/admin/orders/dead-letters/"' in page.body

    def test_shows_a_live_feed_that_is_down_though_its_service_answers(
        self, open_door: Callable[..., Door], telling: dict[str, str]
    ) -> None:
        visitor = Visitor(open_door(**telling, NOTIFY_SVC_SOCKET_URL="http://127.0.0.1:1"))
        visitor.sign_in(ADMIN)

        page = visitor.get(PAGE)

        assert [name.strip() for name in silent_in(page)] == ["the live feed of Notifications"]
        assert "down</span> 127.0.0.1:1 (live feed)" in card_of("Notifications", page)

    def test_shows_what_waits_and_what_died(
        self,
        open_door: Callable[..., Door],
        telling: dict[str, str],
        instance: Callable[[Behaviour], FakeService],
        gateways_queues: Callable[[str, int], None],
    ) -> None:
        late = instance(telling_of({"unsent": 41, "oldest_seconds": 125.0}))
        visitor = Visitor(open_door(**{**telling, "ORDER_SVC_URL": late.url}))
        visitor.sign_in(ADMIN)
        gateways_queues(GATEWAY.work_queue, 3)
        gateways_queues(GATEWAY.dead_queue, 2)

        page = visitor.get(PAGE)

        assert said_of("Orders", page)["Facts to be sent"] == "41, the oldest for 2 minutes"
        assert said_of("Products", page)["Facts to be sent"] == "0"
        assert said_of("Gateway", page)[GATEWAY.work_queue] == "3 waiting, 0 workers"
        assert said_of("Gateway", page)["Dead letters"] == "2"
        assert "41 facts of Orders waited up to 2 minutes" in sentence_of(page)
        assert "2 dead letters in Gateway" in sentence_of(page)

    def test_shows_how_services_answer(
        self, open_door: Callable[..., Door], telling: dict[str, str], instance: Callable[[Behaviour], FakeService]
    ) -> None:
        slow, bad = instance(tell), instance(tell)
        slow.behaviours["products"], bad.behaviours["orders"] = behave_after(0.2), die_before
        theirs = {"PRODUCT_SVC_URL": slow.url, "ORDER_SVC_URL": bad.url}
        door = open_door(**{**telling, **theirs, "GATEWAY_SVC_CIRCUIT_REQUESTS": "6"})
        visitor = Visitor(door)
        visitor.sign_in(ADMIN)
        before = said_of("Orders", visitor.get(PAGE))["Requests"]

        door.ask("GET", "/api/v1/products/")
        for _ in range(6):
            door.ask("GET", "/api/v1/orders/")

        page = visitor.get(PAGE)
        assert before == said_of("Products", page)["Requests"] == "let through"
        assert said_of("Orders", page)["Requests"] == "none for a while, since it fails"
        assert "Orders fails, and is left alone for a while" in sentence_of(page)
        now, lately = re.findall(r"(\d+) requests? now, (\d+) ms lately", card_of("Products", page))[0]
        assert (int(now), int(lately) >= 200) == (0, True)

    def test_shows_errors_as_text(self, open_door: Callable[..., Door], telling: dict[str, str]) -> None:
        visitor = Visitor(open_door(**telling))
        visitor.sign_in(ADMIN)

        page = visitor.get(PAGE)

        assert b"&lt;b&gt;no luck&lt;/b&gt;" in page.body
        assert b"request-1" in page.body

    @pytest.mark.parametrize("trouble", ["gone", "hangs"])
    def test_shows_a_service_that_is_down_beside_those_that_are_not(
        self,
        open_door: Callable[..., Door],
        telling: dict[str, str],
        instance: Callable[[Behaviour], FakeService],
        trouble: str,
    ) -> None:
        ill = instance(hang)
        if trouble == "gone":
            ill.stop()
        visitor = Visitor(open_door(**{**telling, "ORDER_SVC_URL": ill.url}))
        visitor.sign_in(ADMIN)

        page = visitor.get(PAGE)

        assert page.status == 200
        assert [name.strip() for name in silent_in(page)] == ["Orders"]

    def test_does_without_the_broker(self, open_door: Callable[..., Door], telling: dict[str, str]) -> None:
        nowhere = "amqp://guest:guest@127.0.0.1:1//"
        visitor = Visitor(open_door(**telling, OPENCOMMERCE_BROKER_URL=nowhere))
        visitor.sign_in(ADMIN)

        page = visitor.get(PAGE)

        assert sentence_of(page) == "Not all is well: the broker does not answer."
        assert b"not known" in page.body

    def test_leads_to_the_admins_and_the_api(self, visitor: Visitor) -> None:
        visitor.sign_in(ADMIN)

        page = visitor.get(PAGE)

        links = set(re.findall(rb'href="(/[^"]*/)"', page.body))
        assert {b"/admin/users/", b"/admin/gateway/", b"/api/docs/", b"/api/v1/"} <= links

    def test_loads_only_what_is_ours_and_renews_itself_by_a_script_of_ours(self, visitor: Visitor) -> None:
        visitor.sign_in(ADMIN)

        page = visitor.get(PAGE)

        assert "script-src 'self'" in (page.get("content-security-policy") or "")
        assert "no-store" in (page.get("cache-control") or "")
        assert re.findall(rb"<script(?![^>]*src=)|<style|style=| on\w+=", page.body) == []
        static = [address.decode() for address in re.findall(rb'"(/static/[^"]+)"', page.body)]
        assert any("front" in address and address.endswith(".js") for address in static)
        assert [address for address in static if visitor.get(address).status != 200] == []

    def test_changes_nothing(self, visitor: Visitor) -> None:
        visitor.sign_in(ADMIN)

        assert visitor.post(PAGE).status == 405
