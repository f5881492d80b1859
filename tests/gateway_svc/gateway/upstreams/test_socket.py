"""A WebSocket to a service, spoken to byte by byte."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import Awaitable, Callable

import pytest

from gateway_svc.gateway import websocket
from gateway_svc.gateway.errors import (
    UpstreamClosed,
    UpstreamGarbled,
    UpstreamTimedOut,
    UpstreamUnreachable,
    UpstreamUnwell,
)
from gateway_svc.gateway.upstreams.addresses import Address
from gateway_svc.gateway.upstreams.instance import Instance
from gateway_svc.gateway.upstreams.socket import Opening, SocketRefusedByService, UpstreamSocket
from gateway_svc.gateway.websocket import SocketEnded

Service = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    key = next(line.split(": ")[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key"))
    answer = base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest()).decode()
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + f"Sec-WebSocket-Accept: {answer}\r\n\r\n".encode()
    )


def frame(opcode: int, data: bytes, *, fin: bool = True) -> bytes:
    return bytes([opcode | (0x80 if fin else 0), len(data)]) + data


async def opened(port: int, *, answer_within: float = 5) -> UpstreamSocket:
    instance = Instance(Address("127.0.0.1", port), ejection_seconds=1)
    opening = Opening("ws://shop.example/ws/", [(b"host", b"shop.example")], [])
    return await UpstreamSocket.open(instance, opening, reach_within=1, answer_within=answer_within)


def talk(service: Service, then: Callable[[UpstreamSocket], Awaitable[object]], *, answer_within: float = 5) -> object:
    """Open a socket to this service, and do something with it."""

    async def run() -> object:
        async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.closing(writer):
                await service(reader, writer)

        server = await asyncio.start_server(served, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            socket = await opened(port, answer_within=answer_within)
            try:
                return await asyncio.wait_for(then(socket), 5)
            finally:
                socket.close()

    return asyncio.run(run())


def saying(*frames: bytes) -> Service:
    async def service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await accept(reader, writer)
        writer.write(b"".join(frames))
        await reader.read()

    return service


async def two(socket: UpstreamSocket) -> list[str | bytes]:
    return [await socket.take(), await socket.take()]


async def end_of(socket: UpstreamSocket) -> tuple[int, str]:
    try:
        while True:
            await socket.take()
    except SocketEnded as ended:
        return ended.code, ended.reason


class TestMessages:
    def test_in_parts_are_put_together(self) -> None:
        parts = [
            frame(1, b"one ", fin=False),
            frame(9, b"still there?"),
            frame(0, "ä".encode(), fin=True),
            frame(2, b"\0"),
        ]

        assert talk(saying(*parts), two) == ["one ä", b"\0"]

    def test_may_wait_for_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(websocket, "QUIET_SECONDS", 0.05)
        said = [frame(1, b"%d" % number) for number in range(40)]

        async def service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await accept(reader, writer)
            for each in said:
                writer.write(each)
                await asyncio.sleep(0.002)
            await reader.read()

        async def slowly(socket: UpstreamSocket) -> list[str | bytes]:
            await asyncio.sleep(0.3)
            return [await socket.take() for _ in range(40)]

        assert talk(service, slowly) == [str(number) for number in range(40)]

    def test_that_wait_are_all_heard_before_the_end(self) -> None:
        said = [frame(1, b"%d" % number) for number in range(40)]

        async def all_of(socket: UpstreamSocket) -> tuple[list[str | bytes], tuple[int, str]]:
            await asyncio.sleep(0.05)
            return [await socket.take() for _ in range(40)], await end_of(socket)

        heard, end = talk(saying(*said, frame(8, b"\x10\xe1as you wish")), all_of)

        assert heard == [str(number) for number in range(40)]
        assert end == (4321, "as you wish")


class TestTheEnd:
    def test_without_a_word_is_the_services_fault(self) -> None:
        async def service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await accept(reader, writer)
            writer.transport.abort()

        assert talk(service, end_of) == (1011, "the service is gone")

    @pytest.mark.parametrize(
        ("said", "code"),
        [(frame(1, b"\xff"), 1007), (b"\x83\x00", 1011), (b"\x81\x7f" + (2**30).to_bytes(8), 1011)],
        ids=["no UTF-8", "no opcode", "too large"],
    )
    def test_comes_with_what_cannot_be_read(self, said: bytes, code: int) -> None:
        assert talk(saying(said), end_of)[0] == code

    def test_comes_to_who_does_not_answer_for_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(websocket, "QUIET_SECONDS", 0.05)

        assert talk(saying(), end_of) == (1011, "the service is silent")


class TestOpening:
    def opened(self, service: Service, *, answer_within: float = 5) -> None:
        async def nothing(_socket: UpstreamSocket) -> None: ...

        talk(service, nothing, answer_within=answer_within)

    def test_is_refused_with_the_services_own_status(self) -> None:
        async def service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        with pytest.raises(SocketRefusedByService) as refused:
            self.opened(service)

        assert refused.value.status == 403

    def test_fails_with_what_is_no_handshake(self) -> None:
        async def service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")

        with pytest.raises(UpstreamGarbled):
            self.opened(service)

    @pytest.mark.parametrize("status", [500, 503])
    def test_fails_with_a_service_that_is_not_well(self, status: int) -> None:
        async def service(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())

        with pytest.raises(UpstreamUnwell):
            self.opened(service)

    def test_fails_with_a_service_that_hangs_up(self) -> None:
        async def service(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")

        with pytest.raises(UpstreamClosed):
            self.opened(service)

    def test_does_not_wait_for_ever(self) -> None:
        async def service(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await reader.read()

        with pytest.raises(UpstreamTimedOut):
            self.opened(service, answer_within=0.1)

    def test_fails_where_nobody_listens(self) -> None:
        with pytest.raises(UpstreamUnreachable):
            asyncio.run(opened(1))
