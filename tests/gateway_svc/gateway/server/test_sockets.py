"""WebSockets between the server and its clients."""

from __future__ import annotations

import gc
import queue
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from gateway_svc.gateway import websocket
from gateway_svc.gateway.server import sockets
from tests.gateway_svc.door import Door, settle
from tests.gateway_svc.serving import Serving

HANDSHAKE = (
    b"GET /ws/notifications/ HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


class Listening:
    """Says what it hears, and fails where it is asked to."""

    def __init__(self) -> None:
        self.ends: queue.Queue[int] = queue.Queue()
        self.server = Serving(self._app)

    def socket(self, path: str = "/") -> ClientConnection:
        return connect(f"ws://127.0.0.1:{self.server.port}{path}")

    async def _app(self, scope, receive, send) -> None:
        await receive()
        if scope["path"] == "/fail":
            raise ValueError("as asked")
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            if message.get("text") == "fail":
                raise ValueError("as asked")
            await send({**message, "type": "websocket.send"})
        self.ends.put(message["code"])


@pytest.fixture
def listening() -> Iterator[Listening]:
    app = Listening()
    yield app
    app.server.stop()


def code_of(client: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        client.recv(timeout=5)
    return client.close_code


class TestTheEnd:
    @pytest.mark.parametrize(
        ("said", "code"),
        [(b"\x83\x80\0\0\0\0", 1002), (b"\x81\x81\0\0\0\0\xff", 1007), (b"\x81\xff" + (2**30).to_bytes(8), 1009)],
        ids=["no opcode", "no UTF-8", "too large"],
    )
    def test_comes_with_what_cannot_be_read(self, listening: Listening, said: bytes, code: int) -> None:
        with listening.socket() as client:
            client.socket.sendall(said)

            assert code_of(client) == code
        assert listening.ends.get(timeout=5) == code

    def test_without_a_word_is_noticed(self, listening: Listening) -> None:
        client = listening.socket()

        client.socket.close()

        assert listening.ends.get(timeout=5) == websocket.ABNORMAL

    def test_without_a_reason_is_answered(self, listening: Listening) -> None:
        with listening.socket() as client:
            client.socket.sendall(b"\x88\x80\0\0\0\0")

            assert code_of(client) == websocket.NO_STATUS
        assert listening.ends.get(timeout=5) == websocket.NORMAL

    def test_comes_to_who_is_silent_for_long(self, listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(websocket, "QUIET_SECONDS", 0.5)

        with listening.socket() as answering, listening.server.connect() as silent:
            silent.sendall(HANDSHAKE + b"\r\n")

            heard = b""
            while b"\x89\x00" not in heard or b"\x88" not in heard.partition(b"\x89\x00")[2]:  # a ping, and a goodbye
                heard += silent.recv(65536)
            answering.send("hello")

            assert answering.recv(timeout=5) == "hello"
        assert listening.ends.get(timeout=5) == websocket.BROKEN

    def test_comes_after_a_day_with_a_wish_to_see_one_again(
        self, listening: Listening, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(websocket, "QUIET_SECONDS", 0.5)
        monkeypatch.setattr(sockets, "LONGEST_SECONDS", (0.1, 0.2))

        with listening.socket() as client:
            assert code_of(client) == websocket.RESTARTS
            assert client.close_reason == "come back"

        assert listening.ends.get(timeout=5) == websocket.RESTARTS

    def test_comes_with_a_failure(self, listening: Listening) -> None:
        with listening.socket() as client:
            client.send("fail")

            assert code_of(client) == websocket.BROKEN


class TestAServerThatStops:
    def test_waits_little_for_who_does_not_answer(self, listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sockets.ClientSocket, "CLOSE_SECONDS", 3600.0)
        monkeypatch.setattr(sockets, "ANSWER_SECONDS", 0.1)
        with listening.server.connect() as client:
            client.sendall(HANDSHAKE + b"\r\n")
            assert client.recv(65536).startswith(b"HTTP/1.1 101 ")

            listening.server.stop()

            assert listening.ends.get(timeout=5) == 1012

    def test_says_goodbye_to_one_after_the_other(self, listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sockets, "GOODBYES_A_SECOND", 20)
        with ExitStack() as held:
            clients = [held.enter_context(listening.socket()) for _ in range(30)]
            stopping = threading.Thread(target=listening.server.stop)

            stopping.start()

            settle(lambda: any(each.close_code for each in clients))
            assert any(answers(each) for each in clients)
            stopping.join()
            assert {code_of(each) for each in clients} == {websocket.RESTARTS}


def answers(client: ClientConnection) -> bool:
    try:
        client.send("hello")
        return client.recv(timeout=5) == "hello"
    except ConnectionClosed:
        return False


class TestWhoeverTakesNothing:
    def test_is_read_no_more(self, listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sockets, "FRAMES_AT_ONCE", 10**9)
        pings = (b"\x89\xfd\0\0\0\0" + b"x" * 125) * 8000
        with listening.server.connect() as rude:
            rude.sendall(HANDSHAKE + b"\r\n")
            assert rude.recv(65536).startswith(b"HTTP/1.1 101 ")
            rude.settimeout(2)

            with pytest.raises(TimeoutError):
                send_again_and_again(rude, pings)


class TestWhoeverTalksTooMuch:
    @pytest.mark.parametrize(
        "frame",
        [b"\x89\x80\0\0\0\0", b"\x81\x81\0\0\0\0a", b"\x01\x80\0\0\0\0\x80\x80\0\0\0\0"],
        ids=["pings", "messages", "parts"],
    )
    def test_is_told_so_and_heard_no_more(
        self, listening: Listening, monkeypatch: pytest.MonkeyPatch, frame: bytes
    ) -> None:
        monkeypatch.setattr(sockets, "LINGER_SECONDS", 0.2)
        with listening.socket() as client:
            client.socket.sendall(frame * 2000)

            with pytest.raises(ConnectionClosed):
                deque(iter(partial(client.recv, timeout=5), None), maxlen=0)
            assert (client.close_code, client.close_reason) == (4429, "too many messages")
        assert listening.ends.get(timeout=5) == 4429

    def test_may_say_much_at_once_after_a_pause(self, listening: Listening) -> None:
        with listening.socket() as client:
            for number in range(150):
                client.send(str(number))

            assert [client.recv(timeout=5) for _ in range(150)] == [str(number) for number in range(150)]


class TestEmptyFrames:
    def test_take_no_memory(self, listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sockets, "FRAMES_AT_ONCE", 10**9)
        with listening.socket() as client:
            client.socket.sendall(b"\x01\x81\0\0\0\0a" + b"\x00\x80\0\0\0\0" * 10_000)
            client.socket.sendall(b"\x00\x81\0\0\0\0b" + b"\x89\x80\0\0\0\0")
            while not (parts := [each._parts for each in gc.get_objects() if is_amid_a_message(each)]):
                pass
            assert {len(each) for each in parts} <= {1, 2}

            client.socket.sendall(b"\x80\x80\0\0\0\0")

            assert client.recv(timeout=5) == "ab"


def send_again_and_again(client: socket.socket, data: bytes) -> None:
    for _ in range(100):
        client.sendall(data)


def is_amid_a_message(found: object) -> bool:
    # Not isinstance: that would ask what weak references stand for, and some stand for nothing any more.
    return issubclass(type(found), websocket.WebSocket) and bool(found._parts)


class TestOpening:
    def test_that_fails_is_told_in_http(self, listening: Listening) -> None:
        with pytest.raises(InvalidStatus) as refused:
            listening.socket("/fail")

        assert refused.value.response.status_code == 500
        assert b'"code":"internal_error"' in refused.value.response.body

    def test_with_more_than_anybody_reads_is_refused(self, door: Door) -> None:
        heard = door.say(HANDSHAKE + b"X-More: 1\r\n" * 200 + b"\r\n", seconds=2)

        assert heard.startswith(b"HTTP/1.1 400 ")
        assert b'"code":"malformed"' in heard

    def test_by_another_method_is_refused(self, door: Door) -> None:
        heard = door.say(HANDSHAKE.replace(b"GET", b"POST") + b"\r\n", seconds=2)

        assert heard.startswith(b"HTTP/1.1 405 ")
        assert b"\r\nallow: GET\r\n" in heard
