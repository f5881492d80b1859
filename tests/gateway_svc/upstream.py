"""Fake services behind the gateway: correct, slow, broken or hostile, as a test needs them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from common.api.holder import HEADER, Holder


@dataclass
class Asked:
    """A request as a service received it."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    length: int = 0
    sha256: str = ""
    given_up: threading.Event = field(default_factory=threading.Event)
    """Set when the connection was closed before the response."""

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]

    def get(self, name: str) -> str | None:
        """The only value of a header."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} arrived {len(values)} times"
        return values[0] if values else None


Behaviour = Callable[["FakeService", Asked, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FakeService:
    """Writes HTTP by hand, so that it can also break its rules. The path's last part selects the behaviour."""

    behaviours: dict[str, Behaviour]
    asked: list[Asked] = field(default_factory=list)
    """All requests except readiness checks, which gateways send at any time, on separate connections."""
    has_given: threading.Event = field(default_factory=threading.Event)
    connections: int = 0
    port: int = 0
    host: str = "127.0.0.1"

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: asyncio.Server | None = None
        self.start()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.host}:{self.port}"

    @property
    def last(self) -> Asked:
        """The newest request."""
        return self.asked[-1]

    def first(self, *, within: float = 5) -> Asked:
        """Wait for the first request, and return it."""
        give_up_at = time.monotonic() + within
        while not self.asked:
            assert time.monotonic() < give_up_at, "nobody asked"
            time.sleep(0.01)
        return self.asked[0]

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = self._run(asyncio.start_server(self._serve, self.host, self.port, limit=1 << 20))
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Stop listening, and close all connections."""
        self._run(self._stop())

    def close(self) -> None:
        """Go away for good."""
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Awaitable):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _stop(self) -> None:
        if self._server:
            # Connections accepted just now have to become tasks first, since closing the server forgets them.
            for listening in self._server.sockets:
                self._loop.remove_reader(listening.fileno())
            await asyncio.sleep(0.01)
            self._server.close()
            self._server = None
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        # Cancelled when the service stops; an error when the gateway closes the connection: both end it.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
        method, target, _ = lines[0].split(" ")
        headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
        asked = Asked(method, target, headers)
        if target == "/health/ready":
            self.connections -= 1
        else:
            self.asked.append(asked)
        name = target.partition("?")[0].strip("/").rsplit("/", 1)[-1]
        await self.behaviours.get(name, echo)(self, asked, reader, writer)
        await writer.drain()


async def take_body(asked: Asked, reader: asyncio.StreamReader, *, pause: float = 0) -> None:
    """Read the body, as long as Content-Length says."""
    left = int(asked.get("content-length") or 0)
    digest = hashlib.sha256()
    while left:
        piece = await reader.read(min(left, 65536))
        if not piece:
            raise asyncio.IncompleteReadError(b"", left)
        left -= len(piece)
        asked.length += len(piece)
        digest.update(piece)
        await asyncio.sleep(pause)
    asked.sha256 = digest.hexdigest()


def answer(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    """A well-formed response."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


async def echo(_service, asked, reader, writer) -> None:
    try:
        await take_body(asked, reader)
    except asyncio.IncompleteReadError:
        asked.given_up.set()
        raise
    body = {"method": asked.method, "target": asked.target, "length": asked.length, "sha256": asked.sha256}
    data = json.dumps(body).encode()
    writer.write(answer(b"" if asked.method == "HEAD" else data, headers="Content-Type: application/json\r\n"))


async def slow_reader(_service, asked, reader, writer) -> None:
    await take_body(asked, reader, pause=0.002)
    writer.write(answer(json.dumps({"length": asked.length, "sha256": asked.sha256}).encode()))


async def special(_service, _asked, _reader, writer) -> None:
    """A response that an HTTP client with redirects, cookies or decompression would change."""
    headers = (
        "Location: /elsewhere\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Encoding: gzip\r\n"
        "Connection: x-private\r\nX-Private: 1\r\nX-Request-ID: from-the-service\r\nReferrer-Policy: no-referrer\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    )
    writer.write(answer(b"not really gzip", status="302 Found", headers=headers))


async def chunked(_service, _asked, _reader, writer) -> None:
    writer.write(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nT: t\r\n\r\n"
    )


async def until_closed(_service, _asked, _reader, writer) -> None:
    writer.write(b"HTTP/1.0 200 OK\r\n\r\nuntil the end")
    writer.close()


async def nothing(_service, _asked, _reader, writer) -> None:
    writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")


async def provisional(_service, _asked, _reader, writer) -> None:
    writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer(b"final"))


async def hang(_service, asked, reader, _writer) -> None:
    """Read, and never answer."""
    await reader.read()
    asked.given_up.set()


async def drip(_service, asked, reader, writer) -> None:
    """Begin a response, and never end it."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    await reader.read()
    asked.given_up.set()


async def die_before(_service, _asked, _reader, writer) -> None:
    writer.close()


async def die_after_head(_service, _asked, _reader, writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()


async def die_within(_service, _asked, _reader, writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    writer.close()


async def die_within_chunks(_service, _asked, _reader, writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    writer.close()


async def garbage(_service, _asked, _reader, writer) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


async def ambiguous(_service, _asked, _reader, writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")


async def injecting(_service, _asked, _reader, writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-A: 1\rX-B: 2\r\nContent-Length: 0\r\n\r\n")


async def endless_head(_service, _asked, _reader, writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 20000)


async def wordless(_service, asked, _reader, writer) -> None:
    """Refuse with an empty body, as a server does by itself before its application sees the request."""
    status = asked.target.partition("?")[2]
    writer.write(answer(b"", status=f"{status} As It Is"))


async def early(_service, _asked, _reader, writer) -> None:
    """Refuse before the body has been read."""
    writer.write(answer(b"no", status="401 Unauthorized"))


async def big(_service, _asked, _reader, writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (100 << 20))
    for _ in range(1600):
        writer.write(b"x" * 65536)
        await writer.drain()


async def generous(service, _asked, _reader, writer) -> None:
    """Send more than the buffers on the way can hold, and note when all of it is sent."""
    writer.write(answer(b"x" * (24 << 20)))
    await writer.drain()
    while writer.transport.get_write_buffer_size():
        await asyncio.sleep(0.01)
    service.has_given.set()


BEHAVIOURS: dict[str, Behaviour] = {
    each.__name__.replace("_", "-"): each
    for each in (
        *(slow_reader, special, chunked, until_closed, nothing, provisional, hang, drip, die_before, die_within),
        *(
            die_after_head,
            die_within_chunks,
            garbage,
            ambiguous,
            injecting,
            endless_head,
            early,
            wordless,
            big,
            generous,
        ),
    )
}


def _select(_socket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return Subprotocol("chat") if "chat" in offered else None


def _say_that_it_is_well(socket: ServerConnection, request: Request) -> Response | None:
    is_asked = request.path in {"/health/live", "/health/ready"}
    return socket.respond(HTTPStatus.OK, '{"status": "well"}') if is_asked else None


class FakeSockets:
    """A fake WebSocket service."""

    def __init__(self) -> None:
        self.asked: list[ServerConnection] = []
        self.tickets: dict[str, Holder] = {}
        """The holder of each ticket."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: Server = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def close_code(self) -> int | None:
        """Wait until the newest connection is closed, and return the close code."""
        newest = self.asked[-1]
        asyncio.run_coroutine_threadsafe(newest.wait_closed(), self._loop).result(60)
        return newest.close_code

    def close(self) -> None:
        """Go away for good."""
        self._server.close()
        asyncio.run_coroutine_threadsafe(self._server.wait_closed(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> Server:
        quiet = logging.getLogger("tests.sockets")
        quiet.setLevel(logging.WARNING)
        return await serve(
            self._talk,
            "127.0.0.1",
            0,
            select_subprotocol=_select,
            process_request=_say_that_it_is_well,
            process_response=self._note,
            max_size=None,
            logger=quiet,
        )

    def _note(self, socket: ServerConnection, request: Request, response: Response) -> None:
        """Before it is sent: whoever has it may ask at once who was here."""
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            self.asked.append(socket)
        if holder := self.tickets.get(request.path.partition("?ticket=")[2]):
            response.headers[HEADER] = str(holder)

    async def _talk(self, socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in socket:
                await self._react(socket, message)

    async def _react(self, socket: ServerConnection, message: str | bytes) -> None:
        if message == "close please":
            await socket.close(4321, "as you wish")
        elif message == "flood please":
            while True:
                await socket.send("x" * 60_000)
        elif message == "break please":
            socket.transport.abort()
        else:
            await socket.send(message)
