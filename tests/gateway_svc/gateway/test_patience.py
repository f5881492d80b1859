"""Nobody is waited for longer than their route allows, on either side of the gateway."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from gateway_svc.house_rules.models import Route
from tests.gateway_svc.door import Door
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import BEHAVIOURS, FakeService, answer

pytestmark = pytest.mark.django_db

# What the routes allow at this door; what is not said is 10 seconds at least.
HASTY = {
    "/api/v1/orders/": {"first_byte_seconds": 1},
    "/api/v1/products/": {"idle_seconds": 1},
    "/api/v1/categories/": {"total_seconds": 1},
    "/api/v1/cart/": {"idle_seconds": 1},
    "/api/v1/payments/": {"connect_seconds": 2},
    "POST /api/v1/files/": {"body_seconds": 1},
}
# Far from what is allowed elsewhere.
SOON_SECONDS = 5
NAP_SECONDS = 0.3


async def nap(_service, _asked, _reader, writer) -> None:
    await asyncio.sleep(NAP_SECONDS)
    writer.write(answer(b"{}"))


async def trickle(_service, asked, reader, writer) -> None:
    """Give a little again and again, and never all of it."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not reader.at_eof() and not writer.is_closing():
        writer.write(b".")
        await asyncio.sleep(0.05)
    asked.given_up.set()


@pytest.fixture(scope="module")
def lazy() -> Iterator[FakeService]:
    service = FakeService({**BEHAVIOURS, "trickle": trickle, "nap": nap})
    yield service
    service.close()


@pytest.fixture(scope="module")
def door(open_door: Callable[..., Door], lazy: FakeService, django_db_blocker) -> Iterator[Door]:
    """A gateway in a hurry; the others do not hear of it."""
    names = ("PRODUCT_SVC_URL", "ORDER_SVC_URL", "FILE_SVC_URL")
    with django_db_blocker.unblock():
        for path, values in HASTY.items():
            Route.objects.update_or_create(path=path, defaults=values)
    yield open_door(**dict.fromkeys(names, lazy.url))
    with django_db_blocker.unblock():
        for path, values in HASTY.items():
            Route.objects.filter(path=path).update(**dict.fromkeys(values))


@pytest.fixture
def shut() -> Iterator[str]:
    """Where somebody listens who takes no more connections."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(2):  # of these the second is waited for by the kernel alone
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"


def problem_in(answer: bytes) -> tuple[str, str]:
    """The status and code of a whole problem that bears the request's id."""
    head, _, body = answer.partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert f"\r\nx-request-id: {problem['request_id']}" in head.decode()
    assert b"\r\ncontent-type: application/problem+json" in head
    return head.split()[1].decode(), problem["code"]


class TestABodyThatNeverEnds:
    def test_and_stays_out_is_a_408(self, door: Door) -> None:
        head = b"POST /api/v1/cart/ HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n"

        assert problem_in(door.say(head + b"half", seconds=SOON_SECONDS)) == ("408", "request_timeout")

    @pytest.mark.parametrize("framing", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
    def test_and_drips_is_a_408(self, door: Door, signer: Signer, framing: str) -> None:
        authorization = f"Authorization: Bearer {signer.token()}"
        head = f"POST /api/v1/files/ HTTP/1.1\r\nHost: h\r\n{authorization}\r\n{framing}\r\n\r\n".encode()

        with socket.create_connection(("127.0.0.1", door.port), timeout=0.1) as connection:
            connection.sendall(head)
            answer, give_up_at = b"", time.monotonic() + SOON_SECONDS
            while b"}" not in answer and time.monotonic() < give_up_at:
                connection.sendall(b"1\r\nx\r\n")
                try:
                    answer += connection.recv(65536)
                except TimeoutError:
                    continue

        assert problem_in(answer) == ("408", "request_timeout")


class TestAService:
    def test_that_lets_nobody_in_is_a_503(self, open_door: Callable[..., Door], shut: str) -> None:
        door = open_door(ORDER_SVC_URL=shut)

        answer = door.ask("GET", "/api/v1/orders/", timeout=SOON_SECONDS)

        assert (answer.status, answer.json()["code"], answer.get("retry-after")) == (503, "unavailable", "1")
        assert answer.json()["request_id"] == answer.get("x-request-id")

    def test_that_lets_nobody_in_is_waited_for_as_long_as_its_route_allows(
        self, door: Door, open_door: Callable[..., Door], shut: str
    ) -> None:
        hasty = open_door(ORDER_SVC_URL=shut)
        took = []
        for path in ("/api/v1/orders/", "/api/v1/payments/"):
            began_at = time.monotonic()
            assert hasty.ask("GET", path).status == 503
            took.append(time.monotonic() - began_at)

        # Each is tried twice.
        assert 2 < took[0] < 3.5
        assert 4 < took[1] < 5.5

    @pytest.mark.parametrize("path", ["/api/v1/orders/hang/", "/api/v1/categories/hang/"], ids=["first byte", "whole"])
    def test_that_does_not_answer_is_a_503(self, door: Door, lazy: FakeService, path: str) -> None:
        answer = door.ask("GET", path, timeout=SOON_SECONDS)

        assert (answer.status, answer.json()["code"], answer.get("retry-after")) == (503, "timed_out", "1")
        assert answer.json()["request_id"] == answer.get("x-request-id")
        assert 0 < int(lazy.last.get("x-gateway-patience-ms") or 0) <= 1000
        assert lazy.last.given_up.wait(SOON_SECONDS)

    @pytest.mark.usefixtures("door")  # which has set how long routes wait
    def test_hears_how_much_of_the_time_is_left(self, open_door: Callable[..., Door], lazy: FakeService) -> None:
        # So that the second has to wait for the first.
        narrow = open_door(PRODUCT_SVC_URL=lazy.url, GATEWAY_SVC_IN_FLIGHT_AN_INSTANCE="1")
        lazy.asked.clear()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: narrow.ask("GET", "/api/v1/categories/nap/"), range(2)))

        first, second = (int(each.get("x-gateway-patience-ms") or 0) for each in lazy.asked)
        assert 0 < second <= 1000 - NAP_SECONDS * 1000 < first <= 1000

    @pytest.mark.parametrize("path", ["/api/v1/products/drip/", "/api/v1/categories/trickle/"], ids=["idle", "whole"])
    def test_that_does_not_go_on_breaks_the_clients_connection(self, door: Door, lazy: FakeService, path: str) -> None:
        with pytest.raises(http.client.IncompleteRead):
            door.ask("GET", path, timeout=SOON_SECONDS)

        assert lazy.last.given_up.wait(SOON_SECONDS)
