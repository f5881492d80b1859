"""Many who come at once, from one address or from several."""

from __future__ import annotations

import json
import logging
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from websockets.sync.client import connect

from gateway_svc.gateway.admittance import ADMITTANCE, Admittance
from gateway_svc.gateway.server import crowd
from gateway_svc.gateway.server.crowd import ADDRESS, ALL, OTHER_FILES, TOLD_A_SECOND, Crowd
from tests.common.observability.scraping import scraped
from tests.gateway_svc.door import Door, settle
from tests.gateway_svc.serving import Serving, rest_of

# Asked for, the test database is there; the gateway reads from it.
pytestmark = pytest.mark.django_db(transaction=True)

ONE, ANOTHER = "127.0.0.1", "127.0.0.2"
HALF_A_HEAD, REST = b"GET /api/v1/orders/ HTTP/1.1\r\nHost: h\r\n", b"\r\n"
OF_ONE = 4


def come(port: int, address: str = ONE) -> socket.socket:
    """From this address of this machine."""
    return socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(address, 0))


def linger(stack: ExitStack, port: int, address: str = ONE, *, times: int = OF_ONE) -> list[socket.socket]:
    """So many come, and none of them says what for."""
    came = [stack.enter_context(come(port, address)) for _ in range(times)]
    for each in came:
        each.sendall(HALF_A_HEAD)
    return came


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A server with places for eight, that answers 204 and opens every WebSocket."""

    async def app(scope, receive, send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await receive()
            await send({"type": "websocket.accept"})
            await receive()

    monkeypatch.setattr(crowd, "MOST_CONNECTIONS", 2 * OF_ONE)
    server = Serving(app, state={ADMITTANCE: Admittance()})
    yield server
    server.stop()


class TestOneAddress:
    def test_is_told_so_when_it_has_half_of_all_places_and_others_are_let_in(self, small: Serving) -> None:
        with ExitStack() as stack:
            linger(stack, small.port)

            with come(small.port) as one_more, come(small.port, ANOTHER) as other:
                heard = rest_of(one_more)
                other.sendall(HALF_A_HEAD + REST)
                assert other.recv(65536).startswith(b"HTTP/1.1 204 ")

        assert heard.startswith(b"HTTP/1.1 429 ")
        assert b"\r\nretry-after: 10\r\n" in heard
        assert json.loads(heard.partition(b"\r\n\r\n")[2])["code"] == "too_many_connections"

    def test_gets_a_place_again_when_it_leaves_one(self, small: Serving) -> None:
        with ExitStack() as stack:
            first, *_ = linger(stack, small.port)
            first.close()

            settle(lambda: self._is_let_in(small.port))

    def test_has_its_places_with_websockets_too(self, small: Serving) -> None:
        url = f"ws://127.0.0.1:{small.port}"
        with ExitStack() as stack:
            opened = [stack.enter_context(connect(url)) for _ in range(OF_ONE)]

            with come(small.port) as one_more:
                assert rest_of(one_more).startswith(b"HTTP/1.1 429 ")
            opened[0].close()

            settle(lambda: self._is_let_in(small.port))

    def _is_let_in(self, port: int) -> bool:
        with come(port) as connection:
            connection.sendall(HALF_A_HEAD + REST)
            return connection.recv(65536).startswith(b"HTTP/1.1 204 ")


class TestCrowd:
    def test_counts_ipv6_addresses_of_one_network_as_one(self) -> None:
        found = Crowd(Admittance(an_address=1))

        first, second, other = map(found.enter, ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"))

        assert found.has_too_many(first)
        assert found.has_too_many(second)
        assert not found.has_too_many(other)

    @pytest.mark.parametrize(
        "admittance", [Admittance(an_address=0), Admittance(an_address=1, is_exempt=lambda address: address == ONE)]
    )
    def test_lets_in_as_many_of_some_as_come(self, admittance: Admittance) -> None:
        found = Crowd(admittance)

        networks = [found.enter(ONE) for _ in range(10)]

        assert not any(map(found.has_too_many, networks))
        assert found.size == 10

    def test_remembers_nobody_who_left(self) -> None:
        found = Crowd(Admittance(an_address=1))

        for _ in range(3):
            found.leave(found.enter(ONE))

        assert not found.has_too_many(found.enter(ONE))
        assert found.size == 1

    def test_tells_few_a_second_why(self) -> None:
        found = Crowd(Admittance())

        told = [found.turns_away(b"", ALL, 10.0) for _ in range(TOLD_A_SECOND + 5)]

        assert told == [True] * TOLD_A_SECOND + [False] * 5
        assert found.turns_away(b"", ALL, 11.0)

    def test_logs_a_flood_once_a_minute(self, caplog: pytest.LogCaptureFixture) -> None:
        found = Crowd(Admittance(an_address=7))

        with caplog.at_level(logging.WARNING):
            for moment in (0.0, 1.0, 2.0, 61.0):
                found.turns_away(b"192.0.2.1", ADDRESS, moment)

        first, second = caplog.messages
        assert "192.0.2.1 has 7 connections open" in first
        assert "OPENCOMMERCE_TRUSTED_PROXIES" in first
        assert "(3 turned away)" in second

    def test_leaves_files_for_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(crowd.open_files, "most", lambda: 1024)

        assert 2 * crowd.most_connections() + OTHER_FILES <= 1024


@pytest.fixture(scope="module")
def narrow(open_door: Callable[..., Door]) -> Door:
    """A gateway with few files, and four places an address but for a proxy's."""
    limit = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))"
    return open_door(
        within=[sys.executable, "-c", f"{limit}; os.execv(sys.argv[1], sys.argv[1:])"],
        GATEWAY_SVC_CONNECTIONS_AN_ADDRESS=str(OF_ONE),
        OPENCOMMERCE_TRUSTED_PROXIES="127.0.0.3/32",
        OPENCOMMERCE_PUBLIC_URL="http://127.0.0.1:8000",
    )


class TestTheGateway:
    def test_answers_others_while_one_address_takes_all_it_can(self, narrow: Door) -> None:
        with ExitStack() as stack:
            for _ in range(900):
                connection = stack.enter_context(socket.socket())
                connection.bind((ONE, 0))
                connection.setblocking(False)
                connection.connect_ex(("127.0.0.1", narrow.port))

            with come(narrow.port, ANOTHER) as other:
                other.sendall(HALF_A_HEAD.replace(b"orders", b"products") + b"Connection: close\r\n" + REST)
                assert rest_of(other).startswith(b"HTTP/1.1 200 ")

    def test_counts_no_connections_of_trusted_proxies_and_shows_how_many_there_are(self, narrow: Door) -> None:
        with ExitStack() as stack:
            linger(stack, narrow.port, "127.0.0.3", times=3 * OF_ONE)

            settle(lambda: self._open(narrow) > 3 * OF_ONE)

    def _open(self, door: Door) -> float:
        (connections,) = scraped(door.ask("GET", "/metrics").body)["opencommerce_gateway_connections"]
        return connections.value
