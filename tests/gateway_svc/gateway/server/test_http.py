"""What a stranger may do before there is a request."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway_svc.gateway.asgi import AT_ONCE
from gateway_svc.gateway.heads import head_of
from gateway_svc.gateway.server import crowd, http
from tests.gateway_svc.door import Door
from tests.gateway_svc.serving import Serving, rest_of, serving
from tests.gateway_svc.signing import Signer


def problem_in(heard: bytes) -> dict:
    head, _, body = heard.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    problem = json.loads(body)
    assert f"x-request-id: {problem['request_id']}".encode() in head
    return problem


class TestWhatIsNoRequest:
    @pytest.mark.parametrize(
        "said", [b"EHLO shop.example\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET"]
    )
    def test_is_told_so_and_hung_up_on(self, door: Door, said: bytes) -> None:
        heard = door.say(said + b"\r\n\r\n")

        assert heard.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert problem_in(heard)["code"] == "malformed"

    def test_is_no_answer_in_the_middle_of_another(self, door: Door, signer: Signer) -> None:
        drip = f"GET /api/v1/orders/drip HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {signer.token()}\r\n\r\n".encode()

        with socket.create_connection(("127.0.0.1", door.port), timeout=5) as connection:
            connection.sendall(drip)
            heard = connection.recv(65536)
            while b"half" not in heard:
                heard += connection.recv(65536)
            connection.sendall(b"no request\r\n\r\n")
            heard += b"".join(iter(lambda: connection.recv(65536), b""))

        assert heard.count(b"HTTP/1.1 ") == 1
        assert heard.endswith(b"half")


class TestARequestToNobody:
    @pytest.mark.parametrize("headers", [b"X-Host: h\r\n", b"Connection: upgrade\r\nUpgrade: websocket\r\n"])
    def test_is_refused(self, door: Door, headers: bytes) -> None:
        heard = door.say(b"GET /health/live HTTP/1.1\r\n" + headers + b"\r\n", seconds=2)

        assert heard.startswith(b"HTTP/1.1 400 ")
        assert problem_in(heard)["detail"] == "There is no Host."


class TestATargetWithoutAPath:
    def test_is_the_root(self, door: Door) -> None:
        heard = door.say(b"GET http://shop.example HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n")

        assert heard.startswith(b"HTTP/1.1 200 OK\r\n")


class TestAHeadWithoutAnEnd:
    def test_is_too_large(self, door: Door) -> None:
        with socket.create_connection(("127.0.0.1", door.port), timeout=5) as connection, ThreadPoolExecutor(1) as pool:
            heard = pool.submit(lambda: b"".join(iter(lambda: connection.recv(65536), b"")))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n")
            sent = 0
            while not heard.done() and sent < 10_000_000:
                connection.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")
                sent += 1010
                time.sleep(0.001)

        assert heard.result().startswith(b"HTTP/1.1 431 ")
        assert problem_in(heard.result())["code"] == "headers_too_large"
        assert sent < 1_000_000


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server of nothing that waits a quarter of a second for a head."""

    async def nothing(_scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    monkeypatch.setattr(http, "HEAD_SECONDS", 0.25)
    with serving(nothing) as server:
        yield server.port


def connected(port: int, address: str) -> socket.socket:
    """From this address of this machine: one has half of all places at most."""
    return socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(address, 0))


class TestOneTooMany:
    def test_is_told_to_come_back(self, impatient: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(crowd, "MOST_CONNECTIONS", 1)

        with connected(impatient, "127.0.0.1") as first, connected(impatient, "127.0.0.2") as second:
            heard = b"".join(iter(lambda: second.recv(65536), b""))
            first.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")

            assert first.recv(65536).startswith(b"HTTP/1.1 204 ")

        assert heard.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nretry-after: 1\r\n" in heard
        assert problem_in(heard)["code"] == "unavailable"

    def test_gets_the_place_of_whoever_keeps_one_for_later(
        self, impatient: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(crowd, "MOST_CONNECTIONS", 2)
        question = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
        with connected(impatient, "127.0.0.1") as first, connected(impatient, "127.0.0.2") as second:
            for each in (first, second, first):
                each.sendall(question)
                assert each.recv(65536).startswith(b"HTTP/1.1 204 ")

            with connected(impatient, "127.0.0.3") as third:
                third.sendall(question)

                assert third.recv(65536).startswith(b"HTTP/1.1 204 ")
                assert second.recv(65536) == b""
                first.sendall(question)
                assert first.recv(65536).startswith(b"HTTP/1.1 204 ")


class TestASlowHead:
    def test_is_given_up(self, impatient: int) -> None:
        with socket.create_connection(("127.0.0.1", impatient), timeout=5) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nX-")
            heard = b"".join(iter(lambda: connection.recv(65536), b""))

        assert heard.startswith(b"HTTP/1.1 408 ")
        assert problem_in(heard)["code"] == "request_timeout"

    def test_of_a_second_request_too(self, impatient: int) -> None:
        with socket.create_connection(("127.0.0.1", impatient), timeout=5) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 204 ")
            connection.sendall(b"GET / HTTP/1.1\r\n")
            heard = b"".join(iter(lambda: connection.recv(65536), b""))

        assert heard.startswith(b"HTTP/1.1 408 ")

    def test_that_begins_behind_another_request_too(self, impatient: int) -> None:
        with socket.create_connection(("127.0.0.1", impatient), timeout=5) as connection:
            connection.sendall(asking("/") + b"GET / HTTP/1.1\r\n")
            heard = b"".join(iter(lambda: connection.recv(65536), b""))

        assert heard.startswith(b"HTTP/1.1 204 ")
        assert heard.count(b"HTTP/1.1 408 ") == 1

    def test_that_never_begins_is_hung_up_on_without_a_word(self, impatient: int) -> None:
        with socket.create_connection(("127.0.0.1", impatient), timeout=5) as connection:
            assert connection.recv(65536) == b""

    def test_is_none_once_it_was_heard(self, impatient: int) -> None:
        with socket.create_connection(("127.0.0.1", impatient), timeout=5) as connection:
            for _ in range(3):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                assert connection.recv(65536).startswith(b"HTTP/1.1 204 ")
                time.sleep(0.3)


class Prompt:
    """Answers /now at once with a large body, if it is its turn; everything with its path, in its time."""

    def __init__(self) -> None:
        self.answered = 0
        self.asked = threading.Event()
        self.may_answer = threading.Event()

    def at_once(self, scope):
        if scope["path"] == "/fail":
            raise ValueError("as asked")
        if scope["path"] != "/now":
            return None
        self.answered += 1
        body = b"now " * 20_000
        return head_of(200, [(b"content-length", b"%d" % len(body))]).removesuffix(b"\r\n"), body

    async def __call__(self, scope, _receive, send) -> None:
        self.asked.set()
        await asyncio.to_thread(self.may_answer.wait, 5)
        path = scope["raw_path"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(path))]})
        await send({"type": "http.response.body", "body": path})


@pytest.fixture
def prompt() -> Prompt:
    return Prompt()


@pytest.fixture
def prompt_server(prompt: Prompt) -> Iterator[Serving]:
    with serving(prompt, state={AT_ONCE: prompt.at_once}) as running:
        yield running


def asking(*paths: str) -> bytes:
    return b"".join(b"GET %b HTTP/1.1\r\nHost: h\r\n\r\n" % path.encode() for path in paths)


LAST = b"GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


class TestWhatIsAnsweredAtOnce:
    def test_waits_for_its_turn(self, prompt_server: Serving, prompt: Prompt) -> None:
        prompt.may_answer.set()

        heard = prompt_server.say(asking("/now", "/later", "/now") + LAST)

        assert heard.count(b"HTTP/1.1 200 OK\r\n") == 4
        assert heard.index(b"now now") < heard.index(b"/later") < heard.index(b"/now") < heard.index(b"/last")

    def test_waits_for_who_takes_nothing(self, prompt_server: Serving, prompt: Prompt) -> None:
        prompt.may_answer.set()
        with prompt_server.connect() as connection:
            connection.sendall(asking(*["/now"] * 60))
            time.sleep(0.3)
            taken_unread = prompt.answered
            connection.sendall(LAST)
            heard = rest_of(connection)

        assert 0 < taken_unread < 60
        assert heard.count(b"HTTP/1.1 200 OK\r\n") == 61

    def test_is_followed_by_a_head_that_has_an_end(
        self, prompt_server: Serving, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http, "HEAD_SECONDS", 0.25)

        heard = prompt_server.say(asking("/now") + b"GET / HTTP/1.1\r\n")

        assert heard.startswith(b"HTTP/1.1 200 ")
        assert heard.count(b"HTTP/1.1 408 ") == 1

    def test_is_a_failure_where_it_fails(self, prompt_server: Serving) -> None:
        heard = prompt_server.say(asking("/fail"))

        assert heard.startswith(b"HTTP/1.1 500 ")
        assert problem_in(heard)["code"] == "internal_error"

    def test_makes_no_room_of_a_connection_that_goes_on(
        self, prompt_server: Serving, prompt: Prompt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(crowd, "MOST_CONNECTIONS", 1)
        with prompt_server.connect() as connection:
            connection.sendall(asking("/now") + LAST)
            assert prompt.asked.wait(5)

            with connected(prompt_server.port, "127.0.0.2") as other:
                refused = rest_of(other)
            prompt.may_answer.set()

            assert rest_of(connection).count(b"HTTP/1.1 200 OK\r\n") == 2
        assert refused.startswith(b"HTTP/1.1 503 ")
