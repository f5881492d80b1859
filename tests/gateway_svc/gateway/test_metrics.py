"""What the gateway counts, and who gets to see it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from websockets.sync.client import connect

from common.testing.private_redis import free_port
from gateway_svc.gateway.inside import Inside
from tests.common.observability.scraping import scrape, scraped
from tests.gateway_svc.door import Door
from tests.gateway_svc.upstream import FakeService

# Asked for, the test database is there; the gateway reads from it.
pytestmark = pytest.mark.django_db(transaction=True)

LOCAL = "http://127.0.0.1:8000"
REQUESTS = "opencommerce_gateway_request_seconds"


@pytest.fixture(scope="session")
def local_door(open_door: Callable[..., Door]) -> Door:
    """A gateway whose public origin is this machine, and that has a door inside."""
    return open_door(OPENCOMMERCE_PUBLIC_URL=LOCAL, OPENCOMMERCE_INSIDE_ADDRESS=f"127.0.0.1:{free_port()}")


def count(door: Door, family: str, **labels: str) -> float:
    """Of this series now."""
    samples = scraped(door.ask("GET", "/metrics").body).get(family, [])
    name = f"{family}_count" if family.endswith("_seconds") else family
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())


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

        local_door.say(b"POST /api/v1/products/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", seconds=1)

        assert count(local_door, "opencommerce_gateway_problems_total", code="too_large") == before + 1

    def test_services_that_break_off(self, local_door: Door) -> None:
        before = count(local_door, "opencommerce_gateway_upstream_errors_total", upstream="product_svc")

        assert local_door.ask("POST", "/api/v1/products/die-before", body=b"x").status == 503

        assert count(local_door, "opencommerce_gateway_upstream_errors_total", upstream="product_svc") == before + 1

    def test_nothing_in_flight_once_all_is_answered(self, local_door: Door) -> None:
        local_door.ask("GET", "/api/v1/products/echo")

        assert count(local_door, "opencommerce_gateway_requests_in_flight") == 0


class TestSockets:
    def test_are_counted_while_they_are_open_and_when_they_end(self, local_door: Door) -> None:
        ends = count(local_door, "opencommerce_gateway_socket_ends_total", code="1000")
        out = count(local_door, "opencommerce_gateway_socket_messages_total", direction="out")

        with connect(f"ws://127.0.0.1:{local_door.port}/ws/notifications/") as socket:
            socket.send("hello")
            assert socket.recv(timeout=5) == "hello"
            assert count(local_door, "opencommerce_gateway_sockets_open", upstream="notify_svc") == 1

        assert count(local_door, "opencommerce_gateway_socket_messages_total", direction="out") == out + 1
        wait_until(lambda: count(local_door, "opencommerce_gateway_socket_ends_total", code="1000") == ends + 1)
        wait_until(lambda: count(local_door, "opencommerce_gateway_sockets_open", upstream="notify_svc") == 0)


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
