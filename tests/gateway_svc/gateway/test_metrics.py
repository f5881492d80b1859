"""What the gateway counts, and who gets to see it."""

from __future__ import annotations

import asyncio
import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from prometheus_client.samples import Sample
from websockets.sync.client import connect

from common.contracts import ShowingChanged
from common.testing.private_redis import free_port
from gateway_svc.gateway.inside import Inside
from gateway_svc.gateway.upstreams.breaker import State
from gateway_svc.gateway.upstreams.ejection import CONSECUTIVE_FAILURES
from tests.common.observability.scraping import scrape, scraped
from tests.gateway_svc.door import Door
from tests.gateway_svc.shelf import FakeShelf
from tests.gateway_svc.upstream import BEHAVIOURS, Behaviour, FakeService, answer, echo

# Asked for, the test database is there; the gateway reads from it.
pytestmark = pytest.mark.django_db(transaction=True)

LOCAL = "http://127.0.0.1:8000"
AT_HOME = {"OPENCOMMERCE_PUBLIC_URL": LOCAL}
REQUESTS = "opencommerce_gateway_request_seconds"
ENTRIES, BYTES = "opencommerce_gateway_cache_entries", "opencommerce_gateway_cache_bytes"
PURGES = "opencommerce_gateway_cache_purges_total"
ORDERS, PRODUCTS = "/api/v1/orders/", "/api/v1/products/"


@pytest.fixture(scope="module")
def local_door(open_door: Callable[..., Door]) -> Door:
    """A gateway whose public origin is this machine, and that has a door inside."""
    return open_door(OPENCOMMERCE_PUBLIC_URL=LOCAL, OPENCOMMERCE_INSIDE_ADDRESS=f"127.0.0.1:{free_port()}")


def count(door: Door, family: str, **labels: str) -> float:
    """Of this series now."""
    samples = scraped(door.ask("GET", "/metrics").body).get(family, [])
    name = f"{family}_count" if family.endswith("_seconds") else family
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())


def value(samples: list[Sample], suffix: str, **labels: str) -> float:
    """The only sample of a histogram that has this suffix and these labels."""
    (found,) = [each.value for each in samples if each.name.endswith(suffix) and labels.items() <= each.labels.items()]
    return found


def reads(door: Door) -> Counter[str]:
    """Reads of the catalogue by how they came out."""
    samples = scraped(door.ask("GET", "/metrics").body).get("opencommerce_gateway_cache_reads_total", [])
    return Counter({each.labels["outcome"]: int(each.value) for each in samples})


def slow(seconds: float) -> Behaviour:
    """Answers, in its own time."""

    async def behave(_service, _asked, _reader, writer) -> None:
        await asyncio.sleep(seconds)
        writer.write(answer(b"{}"))

    return behave


class TestWhoSees:
    def test_nobody_at_the_door_of_a_public_shop(self, door: Door) -> None:
        assert door.ask("GET", "/metrics").status == 404

    def test_who_is_on_the_machine_of_a_local_one(self, local_door: Door) -> None:
        answer = local_door.ask("GET", "/metrics")

        assert answer.status == 200
        assert scraped(answer.body)["opencommerce_database_up"][0].value == 1

    @pytest.mark.parametrize(
        "header",
        [
            ("X-Forwarded-For", "203.0.113.7"),
            ("X-Forwarded-Host", "127.0.0.1"),
            ("Forwarded", "for=203.0.113.7"),
            ("Via", "1.1 proxy"),
            ("X-Real-IP", "127.0.0.1"),
        ],
    )
    def test_nobody_whom_a_proxy_speaks_for(self, local_door: Door, header: tuple[str, str]) -> None:
        assert local_door.ask("GET", "/metrics", headers=[header]).status == 404

    def test_no_page_of_another_site(self, local_door: Door) -> None:
        answer = local_door.say(b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")

        assert answer.startswith(b"HTTP/1.1 404 ")

    @pytest.mark.parametrize("client", ["203.0.113.7", "10.0.0.7", "172.17.0.1", "fe80::1", ""])
    def test_nobody_from_elsewhere(self, client: str) -> None:
        scope = {"client": (client, 4711), "headers": [(b"host", b"127.0.0.1:8000")]}

        assert not Inside(LOCAL).sees(scope)

    @pytest.mark.parametrize("client", ["127.0.0.1", "::1"])
    def test_who_comes_by_loopback(self, client: str) -> None:
        scope = {"client": (client, 4711), "headers": [(b"host", b"localhost:8000")]}

        assert Inside(LOCAL).sees(scope)
        assert not Inside("https://shop.example").sees(scope)

    @pytest.mark.parametrize("host", [b"shop.example", b"[", b"", b"127.0.0.1.evil.example"])
    def test_nobody_who_says_another_name(self, host: bytes) -> None:
        assert not Inside(LOCAL).sees({"client": ("127.0.0.1", 1), "headers": [(b"host", host)]})

    def test_the_inside_of_a_public_shop(self, open_door: Callable[..., Door]) -> None:
        port = free_port()
        door = open_door(OPENCOMMERCE_INSIDE_ADDRESS=f"127.0.0.1:{port}")

        door.ask("GET", "/api/v1/products/echo")

        assert sum(each.value for each in scrape(port)[REQUESTS] if each.name.endswith("_count")) >= 1
        assert door.ask("GET", "/metrics").status == 404

    def test_no_path_of_a_service_leads_to_its_own(self, local_door: Door, service: FakeService) -> None:
        for path in ("/metrics", "/health/figures", "/api/v1/products/../../metrics"):
            local_door.ask("GET", path, headers=[("X-Real-IP", "203.0.113.7")])

        assert service.asked == []


class TestWhatIsCounted:
    def test_requests_by_the_routes_prefix(self, local_door: Door) -> None:
        series = {"route": "/api/v1/products/", "upstream": "product_svc", "method": "GET", "status": "2xx"}
        before = count(local_door, REQUESTS, **series)

        local_door.ask("GET", "/api/v1/products/echo")

        assert count(local_door, REQUESTS, **series) == before + 1

    def test_what_is_refused_by_its_code(self, local_door: Door) -> None:
        before = count(local_door, "opencommerce_gateway_problems_total", code="authentication_failed")

        local_door.ask("GET", "/api/v1/products/echo", token="nonsense")

        assert count(local_door, "opencommerce_gateway_problems_total", code="authentication_failed") == before + 1

    def test_bodies_that_are_too_large(self, local_door: Door) -> None:
        before = count(local_door, "opencommerce_gateway_problems_total", code="too_large")

        local_door.say(b"POST /api/v1/cart/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", seconds=1)

        assert count(local_door, "opencommerce_gateway_problems_total", code="too_large") == before + 1

    def test_services_that_break_off(self, local_door: Door) -> None:
        before = count(local_door, "opencommerce_gateway_upstream_errors_total", upstream="product_svc")

        assert local_door.ask("GET", "/api/v1/products/garbage").status == 502

        assert count(local_door, "opencommerce_gateway_upstream_errors_total", upstream="product_svc") == before + 1

    def test_nothing_in_flight_once_all_is_answered(self, local_door: Door) -> None:
        local_door.ask("GET", "/api/v1/products/echo")

        assert count(local_door, "opencommerce_gateway_requests_in_flight") == 0

    def test_connections_that_are_too_many(self, open_door: Callable[..., Door]) -> None:
        door = open_door(**AT_HOME, GATEWAY_SVC_CONNECTIONS_AN_ADDRESS="3")
        refused = "opencommerce_gateway_connections_refused_total"
        assert count(door, refused) == 0

        with ExitStack() as held:
            for _ in range(3):
                held.enter_context(socket.create_connection(("127.0.0.1", door.port), timeout=5))
            one_too_many = held.enter_context(socket.create_connection(("127.0.0.1", door.port), timeout=5))
            assert one_too_many.recv(65536).startswith(b"HTTP/1.1 429 ")

        wait_until(lambda: door.ask("GET", "/health/live").status == 200)
        assert count(door, refused, reason="address") >= 1


class TestWhatServicesMakeOfIt:
    """At a door and with instances of a test's own: nobody else is counted, so each number is known."""

    @pytest.fixture
    def start(self) -> Iterator[Callable[..., FakeService]]:
        started: list[FakeService] = []

        def start(orders: Behaviour) -> FakeService:
            started.append(FakeService({**BEHAVIOURS, "orders": orders}))
            return started[-1]

        yield start
        for each in started:
            each.close()

    def test_seconds_by_route_and_upstream(self, open_door: Callable[..., Door], start) -> None:
        door = open_door(**AT_HOME, ORDER_SVC_URL=start(slow(0.3)).url)

        for path in (ORDERS, ORDERS, PRODUCTS):
            door.ask("GET", path)

        of_orders = {"route": ORDERS, "upstream": "order_svc", "method": "GET", "status": "2xx"}
        of_products = {"route": PRODUCTS, "upstream": "product_svc", "method": "GET", "status": "2xx"}
        samples = scraped(door.ask("GET", "/metrics").body)[REQUESTS]
        assert (value(samples, "_count", **of_orders), value(samples, "_count", **of_products)) == (2, 1)
        assert value(samples, "_bucket", le="0.25", **of_orders) == 0
        assert value(samples, "_bucket", le="+Inf", **of_orders) == 2
        assert value(samples, "_sum", **of_orders) > 2 * 0.3
        lately = scraped(door.ask("GET", "/metrics").body)["opencommerce_gateway_instance_latency_seconds"]
        assert 0.3 < value(lately, "", upstream="order_svc") < 1
        assert 0 < value(lately, "", upstream="product_svc") < 0.3

    def test_who_is_asked_again_and_who_is_left_out(self, open_door: Callable[..., Door], start) -> None:
        good, rude = start(echo), start(BEHAVIOURS["die-before"])
        door = open_door(**AT_HOME, ORDER_SVC_URL=f"{good.url},{rude.url}")

        answers = [door.ask("GET", ORDERS).status for _ in range(40)]

        assert answers == [200] * 40
        assert len(rude.asked) == CONSECUTIVE_FAILURES
        of_good, of_rude = [{"upstream": "order_svc", "address": f"{each.host}:{each.port}"} for each in (good, rude)]
        assert count(door, "opencommerce_gateway_retries_total", upstream="order_svc") == CONSECUTIVE_FAILURES
        assert count(door, "opencommerce_gateway_ejections_total", **of_rude) == 1
        assert count(door, "opencommerce_gateway_ejections_total") == 1
        assert count(door, "opencommerce_gateway_instance_ejected", **of_rude) == 1
        assert count(door, "opencommerce_gateway_instance_ejected", **of_good) == 0
        assert count(door, "opencommerce_gateway_upstream_errors_total") == 0

    def test_who_is_not_asked_again_since_too_many_were(self, open_door: Callable[..., Door], start) -> None:
        door = open_door(**AT_HOME, ORDER_SVC_URL=start(BEHAVIOURS["die-before"]).url)

        assert {door.ask("GET", ORDERS).status for _ in range(20)} == {503}

        again = count(door, "opencommerce_gateway_retries_total", upstream="order_svc")
        not_again = count(door, "opencommerce_gateway_retries_refused_total", upstream="order_svc")
        assert (again, not_again) == (6, 14)

    def test_who_is_not_asked_for_a_while(self, open_door: Callable[..., Door], start) -> None:
        service = start(BEHAVIOURS["die-before"])
        own = {"GATEWAY_SVC_CIRCUIT_REQUESTS": "6", "GATEWAY_SVC_CIRCUIT_SECONDS": "0.5"}
        door = open_door(**AT_HOME, **own, ORDER_SVC_URL=service.url)

        def state() -> float:
            return count(door, "opencommerce_gateway_breaker_state", upstream="order_svc")

        def refused(reason: str) -> float:
            return count(door, "opencommerce_gateway_upstream_errors_total", upstream="order_svc", reason=reason)

        assert state() == State.CLOSED
        wait_until(lambda: door.ask("GET", ORDERS).status == 503 and state() == State.OPEN)
        told = refused("closed")
        assert {door.ask("GET", ORDERS).status for _ in range(3)} == {503}
        assert (refused("closed"), refused("circuit_open")) == (told, 3)
        wait_until(lambda: state() == State.HALF_OPEN)
        del service.behaviours["orders"]
        assert door.ask("GET", ORDERS).status == 200
        assert state() == State.CLOSED
        assert count(door, "opencommerce_gateway_breaker_state") == 0

    def test_who_waits_and_who_is_worked_for(self, open_door: Callable[..., Door], start) -> None:
        service = start(BEHAVIOURS["hang"])
        door = open_door(**AT_HOME, ORDER_SVC_URL=service.url, GATEWAY_SVC_IN_FLIGHT_AN_INSTANCE="2")
        address = f"{service.host}:{service.port}"

        with ThreadPoolExecutor(3) as pool:
            hanging = [pool.submit(door.ask, "GET", ORDERS) for _ in range(3)]
            wait_until(lambda: count(door, "opencommerce_gateway_upstream_requests_waiting", upstream="order_svc") == 1)
            assert count(door, "opencommerce_gateway_upstream_requests_in_flight", upstream="order_svc") == 2
            assert count(door, "opencommerce_gateway_instance_requests_in_flight", address=address) == 2
            service.stop()
            assert {each.result().status for each in hanging} == {503}

        assert count(door, "opencommerce_gateway_upstream_requests_in_flight", upstream="order_svc") == 0
        assert count(door, "opencommerce_gateway_upstream_requests_waiting", upstream="order_svc") == 0


class TestWhatIsKept:
    def test_is_counted_by_how_it_was_come_by(self, open_keeping_door: Callable[..., Door], shelf: FakeShelf) -> None:
        door = open_keeping_door(**AT_HOME)
        lamp, spade = f"{PRODUCTS}lamp/", f"{PRODUCTS}spade/"
        reads_before, entries_before = reads(door), count(door, ENTRIES)

        for _ in range(3):
            door.ask("GET", lamp)
        door.ask("GET", lamp, headers=[("If-Modified-Since", "Thu, 01 Jan 2026 00:00:00 GMT")])
        shelf.lifetime = "max-age=1, stale-if-error=600"
        door.ask("GET", spade)
        shelf.dies = True
        time.sleep(1.01)  # a lifetime is told in whole seconds
        door.ask("GET", spade)

        assert reads(door) - reads_before == Counter(miss=2, hit=2, stale=1, bypass=1)
        assert count(door, ENTRIES) - entries_before == 2

    def test_is_gone_from_the_figures_once_it_is_forgotten(
        self, open_keeping_door: Callable[..., Door], shelf: FakeShelf, hear: Callable[..., bool]
    ) -> None:
        door = open_keeping_door(**AT_HOME)
        door.ask("GET", f"{PRODUCTS}lamp/")
        purges = count(door, PURGES)
        assert count(door, ENTRIES) > 0
        assert count(door, BYTES) > 0

        hear(ShowingChanged(version=1, change_id=str(uuid.uuid4()), everything=True))

        # Twice for each change (middleware/cache.py).
        wait_until(lambda: count(door, PURGES) == purges + 2)
        assert (count(door, ENTRIES), count(door, BYTES)) == (0, 0)


class TestSockets:
    def test_are_counted_while_they_are_open_and_when_they_end(self, local_door: Door) -> None:
        ends = count(local_door, "opencommerce_gateway_socket_ends_total", code="1000")
        out = count(local_door, "opencommerce_gateway_socket_messages_total", direction="out")

        with connect(f"ws://127.0.0.1:{local_door.port}/ws/notifications/") as socket:
            socket.send("hello")
            assert socket.recv(timeout=5) == "hello"
            assert count(local_door, "opencommerce_gateway_sockets_open", upstream="notify_svc") == 1
            assert count(local_door, "opencommerce_gateway_instance_requests_in_flight", upstream="notify_svc") == 1
            # One for requests, and one for WebSockets.
            assert count(local_door, "opencommerce_gateway_instance_ready", upstream="notify_svc") == 2

        assert count(local_door, "opencommerce_gateway_socket_messages_total", direction="out") == out + 1
        wait_until(lambda: count(local_door, "opencommerce_gateway_socket_ends_total", code="1000") == ends + 1)
        wait_until(lambda: count(local_door, "opencommerce_gateway_sockets_open", upstream="notify_svc") == 0)

    @pytest.mark.parametrize(("said", "code"), [(b"\x83\x80\0\0\0\0", "1002"), (b"\x81\x81\0\0\0\0\xff", "1007")])
    def test_are_told_apart_by_how_they_end(self, local_door: Door, said: bytes, code: str) -> None:
        ends = count(local_door, "opencommerce_gateway_socket_ends_total", code=code)

        with connect(f"ws://127.0.0.1:{local_door.port}/ws/notifications/") as client:
            client.socket.sendall(said)

        wait_until(lambda: count(local_door, "opencommerce_gateway_socket_ends_total", code=code) == ends + 1)


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
