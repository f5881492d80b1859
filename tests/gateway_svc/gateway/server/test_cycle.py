"""Requests and their answers, between the server and its clients."""

from __future__ import annotations

import asyncio
import http.client
import json
import queue
import select
from collections.abc import Iterator
from contextlib import closing

import pytest

from gateway_svc.gateway.asgi import GONE
from gateway_svc.gateway.server import cycle
from gateway_svc.gateway.server import http as http_server
from tests.gateway_svc.door import settle
from tests.gateway_svc.serving import Serving, rest_of, serving

HOST = b"Host: h\r\n"
TEXT = (b"content-type", b"text/plain")


class Answering:
    """Answers as the path says, and notes what it heard."""

    def __init__(self) -> None:
        self.heard: queue.Queue[object] = queue.Queue()

    async def __call__(self, scope, receive, send) -> None:
        await getattr(self, scope["path"].strip("/"))(scope, receive, send)

    async def name(self, scope, _receive, send) -> None:
        query = scope["query_string"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Length", b"%d" % len(query))]})
        await send({"type": "http.response.body", "body": query})

    async def pieces(self, _scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [TEXT]})
        await send({"type": "http.response.body", "body": b"one ", "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    async def headers(self, scope, receive, send) -> None:
        while (await receive())["more_body"]:
            pass
        self.heard.put(dict(scope["headers"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def large(self, _scope, _receive, send) -> None:
        body = b"x" * (16 << 20)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})
        self.heard.put("said")

    async def early(self, _scope, _receive, send) -> None:
        headers = [(b"content-length", b"2"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": b"no"})

    async def waits(self, _scope, receive, _send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def leaves(self, scope, _receive, _send) -> None:
        gone = asyncio.Event()
        scope["extensions"][GONE](gone.set)
        self.heard.put("here")
        await gone.wait()
        self.heard.put("gone")
        scope["extensions"][GONE](lambda: self.heard.put("gone before"))

    async def stays(self, scope, _receive, send) -> None:
        scope["extensions"][GONE](lambda: self.heard.put("gone"))
        scope["extensions"][GONE](None)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def fail(self, _scope, _receive, _send) -> None:
        raise ValueError("as asked")

    async def break_off(self, _scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ValueError("as asked")

    async def too_much(self, _scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        await send({"type": "http.response.body", "body": b"and more than the rest"})

    async def head_only(self, _scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", b"a=b")]})
        raise ValueError("as asked")

    async def too_long(self, _scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"three"})

    async def two_lines(self, _scope, _receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"location", b"/\r\nset-cookie: a=b")]})
        await send({"type": "http.response.body"})

    async def flood(self, _scope, receive, send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [TEXT]})
        for _ in range(100):
            await send({"type": "http.response.body", "body": b"x" * 1_000_000, "more_body": True})
        self.heard.put((await receive())["type"])


@pytest.fixture
def answering() -> Answering:
    return Answering()


@pytest.fixture
def server(answering: Answering) -> Iterator[Serving]:
    with serving(answering) as running:
        yield running


class TestAnswers:
    def test_come_in_the_order_of_the_requests(self, server: Serving) -> None:
        asked = b"".join(b"GET /name?%d HTTP/1.1\r\n" % number + HOST + b"\r\n" for number in range(5))

        heard = server.say(asked + b"GET /name?last HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")

        assert [part.rpartition(b"\r\n\r\n")[2] for part in heard.split(b"HTTP/1.1 200 OK\r\n")[1:]] == [
            *(b"%d" % number for number in range(5)),
            b"last",
        ]
        assert heard.count(b"connection: close") == 1

    def test_of_no_length_come_in_chunks(self, server: Serving) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)) as connection:
            connection.request("GET", "/pieces")

            answer = connection.getresponse()

            assert answer.getheader("transfer-encoding") == "chunked"
            assert answer.read() == b"one two"

    def test_of_no_length_end_with_the_connection_for_who_knows_no_chunks(self, server: Serving) -> None:
        heard = server.say(b"GET /pieces HTTP/1.0\r\n" + HOST + b"\r\n")

        assert heard.endswith(b"\r\n\r\none two")
        assert b"connection: close" in heard

    def test_to_head_have_no_body(self, server: Serving) -> None:
        heard = server.say(b"HEAD /name?four HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")

        assert b"Content-Length: 4\r\n" in heard
        assert heard.endswith(b"\r\n\r\n")

    def test_that_nobody_takes_are_given_up(
        self, server: Serving, answering: Answering, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cycle, "TAKE_SECONDS", 0.2)

        with server.connect() as connection:
            connection.sendall(b"GET /flood HTTP/1.1\r\n" + HOST + b"\r\n")

            assert answering.heard.get(timeout=10) == "http.disconnect"

    @pytest.mark.parametrize("connection_header", [b"", b"Connection: close\r\n"])
    def test_whose_end_nobody_takes_are_given_up(
        self, server: Serving, answering: Answering, monkeypatch: pytest.MonkeyPatch, connection_header: bytes
    ) -> None:
        monkeypatch.setattr(http_server, "KEPT_SECONDS", 0.2)
        monkeypatch.setattr(http_server, "TAKE_SECONDS", 0.2)

        with server.connect() as connection:
            connection.sendall(b"GET /large HTTP/1.1\r\n" + connection_header + HOST + b"\r\n")
            assert answering.heard.get(timeout=5) == "said"

            settle(lambda: server.connections == 0)


class TestAClientThatGoesAway:
    def test_is_missed_at_once(self, server: Serving, answering: Answering) -> None:
        with server.connect() as connection:
            connection.sendall(b"GET /leaves HTTP/1.1\r\n" + HOST + b"\r\n")
            assert answering.heard.get(timeout=10) == "here"

        assert [answering.heard.get(timeout=10) for _ in range(2)] == ["gone", "gone before"]

    def test_is_missed_by_nobody_who_has_ended(self, server: Serving, answering: Answering) -> None:
        server.say(b"GET /stays HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")

        assert answering.heard.empty()


class TestRequestsBeforeTheirTurn:
    def test_are_few(self, server: Serving) -> None:
        heard = server.say((b"GET /waits HTTP/1.1\r\n" + HOST + b"\r\n") * 200)

        assert heard.startswith(b"HTTP/1.1 400 ")
        assert json.loads(heard.partition(b"\r\n\r\n")[2])["code"] == "malformed"

    def test_are_answered_when_it_comes(self, server: Serving) -> None:
        asked = b"".join(b"GET /name?%d HTTP/1.1\r\n" % number + HOST + b"\r\n" for number in range(60))

        heard = server.say(asked + b"GET /name?last HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")

        assert heard.count(b"HTTP/1.1 200 OK") == 61

    @pytest.mark.parametrize("is_at_once", [True, False], ids=["with the first", "later"])
    def test_are_not_begun_while_nobody_takes_the_answer_before(
        self, server: Serving, answering: Answering, monkeypatch: pytest.MonkeyPatch, is_at_once: bool
    ) -> None:
        monkeypatch.setattr(http_server, "TAKE_SECONDS", 0.2)
        first, second = (b"GET /%b HTTP/1.1\r\n" % path + HOST + b"\r\n" for path in (b"large", b"leaves"))

        with server.connect() as connection:
            connection.sendall(first + (second if is_at_once else b""))
            assert answering.heard.get(timeout=5) == "said"
            connection.sendall(b"" if is_at_once else second)
            settle(lambda: server.connections == 0)

        assert answering.heard.empty()

    @pytest.mark.parametrize("is_at_once", [True, False], ids=["with the first", "later"])
    def test_are_begun_when_it_is_taken(self, server: Serving, answering: Answering, is_at_once: bool) -> None:
        first = b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n"
        others = b"GET /name?1 HTTP/1.1\r\n" + HOST + b"\r\nGET /name?2 HTTP/1.1\r\nConnection: close\r\n" + HOST
        others += b"\r\n"

        with server.connect() as connection:
            connection.sendall(first + (others if is_at_once else b""))
            assert answering.heard.get(timeout=5) == "said"
            connection.sendall(b"" if is_at_once else others)
            heard = rest_of(connection)

        assert heard.count(b"HTTP/1.1 200 OK") == 3
        assert heard.endswith(b"2")


class TestAnswersBeforeTheEndOfABody:
    def test_are_whole_at_once_and_not_lost_to_who_goes_on_sending(self, server: Serving) -> None:
        head = b"POST /early HTTP/1.1\r\nContent-Length: 20000000\r\n" + HOST + b"\r\n"

        with server.connect() as connection:
            connection.sendall(head)
            heard = rest_of(connection)
            connection.sendall(b"x" * 2_000_000)

            assert heard.endswith(b"\r\n\r\nno")

    def test_are_followed_by_no_other(self, server: Serving) -> None:
        head = b"POST /early HTTP/1.1\r\nContent-Length: 2\r\n" + HOST + b"\r\n"

        with server.connect() as connection:
            connection.sendall(head)
            heard = connection.recv(1)
            connection.sendall(b"hiGET /name?1 HTTP/1.1\r\n" + HOST + b"\r\n")
            heard += rest_of(connection)

        assert heard.count(b"HTTP/1.1 ") == 1


class TestTrailers:
    def test_are_no_headers(self, server: Serving, answering: Answering) -> None:
        chunks = b"2\r\nhi\r\n0\r\nX-User-Id: 1\r\nConnection: close\r\n\r\n"

        with server.connect() as connection:
            connection.sendall(b"POST /headers HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\n" + chunks)
            assert connection.recv(65536).startswith(b"HTTP/1.1 204 ")

        assert answering.heard.get(timeout=5) == {b"transfer-encoding": b"chunked", b"host": b"h"}

    @pytest.mark.parametrize("rest", [b"0\r\nX-Endless: ", b"2;endless="], ids=["trailer", "extension"])
    def test_without_an_end_are_too_large(self, server: Serving, rest: bytes) -> None:
        head = b"POST /headers HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\n"

        with server.connect() as connection:
            connection.sendall(head + b"2\r\nhi\r\n" + rest)
            sent = 0
            while not select.select([connection], [], [], 0)[0] and sent < 5_000_000:
                connection.sendall(b"x" * 10_000)
                sent += 10_000
            heard = rest_of(connection)

        assert heard.startswith(b"HTTP/1.1 431 ")
        assert sent < 5_000_000


class TestAClientOfHTTP10:
    def test_is_not_told_to_go_on(self, server: Serving) -> None:
        head = b"POST /headers HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n" + HOST + b"\r\n"

        assert server.say(head + b"hi").startswith(b"HTTP/1.1 204 ")

    def test_gets_no_websocket(self, server: Serving) -> None:
        upgrade = b"Connection: upgrade\r\nUpgrade: websocket\r\n"

        heard = server.say(b"GET /name?1 HTTP/1.0\r\n" + upgrade + HOST + b"\r\n")

        assert heard.startswith(b"HTTP/1.1 200 ")
        assert heard.endswith(b"\r\n\r\n1")

    def test_need_not_say_whom_it_asks(self, server: Serving) -> None:
        assert server.say(b"GET /name?1 HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


class TestFailures:
    @pytest.mark.parametrize("path", [b"/fail", b"/head_only", b"/too_long", b"/two_lines"])
    def test_before_any_of_an_answer_is_out_are_told(self, server: Serving, path: bytes) -> None:
        heard = server.say(b"GET %b HTTP/1.1\r\n" % path + HOST + b"\r\n")

        head, _, body = heard.partition(b"\r\n\r\n")
        problem = json.loads(body)
        assert head.startswith(b"HTTP/1.1 500 ")
        assert b"set-cookie" not in head
        assert problem["code"] == "internal_error"
        assert f"x-request-id: {problem['request_id']}".encode() in head

    @pytest.mark.parametrize("path", [b"/break_off", b"/too_much"])
    def test_in_an_answer_break_it_off(self, server: Serving, path: bytes) -> None:
        heard = server.say(b"GET %b HTTP/1.1\r\n" % path + HOST + b"\r\n")

        assert heard.startswith(b"HTTP/1.1 200 ")
        assert b"content-length: 10\r\n" in heard
        assert heard.endswith(b"\r\n\r\nhalf")

    def test_are_none_of_the_next(self, server: Serving) -> None:
        with server.connect() as connection:
            connection.sendall(b"GET /name?1 HTTP/1.1\r\n" + HOST + b"\r\n")
            assert connection.recv(65536).endswith(b"1")
            connection.sendall(b"GET /fail HTTP/1.1\r\n" + HOST + b"\r\n")

            assert b"connection: close" in rest_of(connection)


class TestUpgrades:
    def test_to_what_nobody_speaks_are_passed_over(self, server: Serving) -> None:
        heard = server.say(b"GET /name?1 HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\n" + HOST + b"\r\n")

        assert heard.startswith(b"HTTP/1.1 200 ")
        assert heard.endswith(b"\r\n\r\n1")
