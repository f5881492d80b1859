"""A WebSocket to an instance of a service, which costs next to nothing while nobody says anything.

The protocol (RFC 6455) is the sans-I/O half of the websockets library; its other half keeps tasks and 12 KiB a socket.
"""

from __future__ import annotations

import asyncio
from typing import cast

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.protocol import CONNECTING, OPEN
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.errors import UpstreamGarbled, UpstreamTimedOut, UpstreamUnreachable

OPEN_SECONDS = 5.0
QUIET_SECONDS = 20.0
"""After so long without a word the service is asked whether it lives; after as long again it does not."""
CLOSE_SECONDS = 1.0
LARGEST_MESSAGE_BYTES = 1024 * 1024
_MOST_WAITING = 16

NORMAL, NO_STATUS, ABNORMAL, NOT_TEXT, BROKEN = 1000, 1005, 1006, 1007, 1011

Said = str | bytes


class SocketEnded(Exception):
    """With this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"{code} {reason}")


class SocketRefusedByService(Exception):
    """The service answered the handshake with this status."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(str(status))


class UpstreamSocket(asyncio.Protocol):
    """What the service says is taken one message at a time; what it is told goes out at once."""

    __slots__ = (
        "_ended",
        "_headers",
        "_heard_at",
        "_is_paused",
        "_is_text",
        "_loop",
        "_messages",
        "_opened",
        "_parts",
        "_protocol",
        "_timer",
        "_transport",
        "_waiter",
        "_writable",
    )

    def __init__(self, uri: str, headers: Headers, subprotocols: list[Subprotocol]) -> None:
        self._loop = asyncio.get_running_loop()
        self._protocol = ClientProtocol(
            parse_uri(uri), subprotocols=subprotocols or None, max_size=LARGEST_MESSAGE_BYTES
        )
        self._headers = headers
        # Seldom more than one, and a deque would take 750 bytes for none.
        self._messages: list[Said] = []
        self._parts: list[bytes] = []
        self._is_text = False
        self._ended: SocketEnded | None = None
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._waiter: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heard_at = self._loop.time()
        self._is_paused = False

    @classmethod
    async def open(
        cls, host: str, port: int, *, uri: str, headers: Headers, subprotocols: list[Subprotocol]
    ) -> UpstreamSocket:
        """Raises UpstreamError, or SocketRefusedByService."""
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                connection = await asyncio.get_running_loop().create_connection(
                    lambda: cls(uri, headers, subprotocols), host, port
                )
                socket: UpstreamSocket = connection[1]
                await socket._shake_hands()
        except TimeoutError as error:
            raise UpstreamTimedOut from error
        except OSError as error:
            raise UpstreamUnreachable(f"{host}:{port}: {error!r}") from error
        return socket

    @property
    def subprotocol(self) -> Subprotocol | None:
        """What the service chose among those that were offered."""
        return self._protocol.subprotocol

    async def take(self) -> Said:
        """The next message. Raises SocketEnded when there will be none."""
        while not self._messages:
            if self._ended:
                raise self._ended
            self._waiter = self._loop.create_future()
            await self._waiter
        message = self._messages.pop(0)
        if self._is_paused and not self._messages:
            self._is_paused = False
            self._transport.resume_reading()
        return message

    async def send(self, message: Said) -> None:
        """Tell the service, as fast as it takes it; one that has ended hears nothing."""
        if self._protocol.state is not OPEN:
            return
        if isinstance(message, str):
            self._protocol.send_text(message.encode())
        else:
            self._protocol.send_binary(message)
        self._flush()
        if self._writable:
            await self._writable

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Say goodbye, and do not wait long for an answer."""
        if self._protocol.state is OPEN:
            self._protocol.send_close(code, reason)
            self._flush()
        self._end(code, reason)
        self._loop.call_later(CLOSE_SECONDS, self._transport.abort)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        self._protocol.receive_data(data)
        self._flush()
        if not self._opened.done():
            self._see_handshake()
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._hear(event)
        if self._protocol.parser_exc:
            self._end(BROKEN, "the service cannot be understood")

    def connection_lost(self, error: Exception | None) -> None:
        self._protocol.receive_eof()
        self._end(BROKEN, "the service is gone")
        self.resume_writing()

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    async def _shake_hands(self) -> None:
        request = self._protocol.connect()
        del request.headers["Host"]
        for name, value in self._headers:
            request.headers[name.decode("latin-1")] = value.decode("latin-1")
        self._headers = []
        self._protocol.send_request(request)
        self._flush()
        try:
            await self._opened
        except BaseException:
            self._transport.abort()
            raise
        self._timer = self._loop.call_later(QUIET_SECONDS, self._look)

    def _see_handshake(self) -> None:
        refusal = self._protocol.handshake_exc
        if isinstance(refusal, InvalidStatus):
            self._opened.set_exception(SocketRefusedByService(refusal.response.status_code))
        elif refusal:
            self._opened.set_exception(UpstreamGarbled(repr(refusal)))
        elif self._protocol.state is not CONNECTING:
            self._opened.set_result(None)

    def _hear(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            self._end(*self._goodbye())
        elif frame.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
            if frame.opcode is not Opcode.CONT:
                self._is_text = frame.opcode is Opcode.TEXT
            self._parts.append(bytes(frame.data))
            if frame.fin:
                self._put(b"".join(self._parts))
                self._parts.clear()

    def _put(self, message: bytes) -> None:
        try:
            self._messages.append(message.decode() if self._is_text else message)
        except UnicodeDecodeError:
            self.close(NOT_TEXT, "not UTF-8")
        if len(self._messages) >= _MOST_WAITING and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()
        self._wake()

    def _goodbye(self) -> tuple[int, str]:
        said = self._protocol.close_rcvd
        if said is None or said.code in {NO_STATUS, ABNORMAL}:
            return NORMAL, ""
        return said.code, said.reason

    def _end(self, code: int, reason: str) -> None:
        """The first end is the one that counts."""
        if self._ended is None:
            self._ended = SocketEnded(code, reason)
        if self._timer:
            self._timer.cancel()
        if not self._opened.done():
            self._opened.set_exception(UpstreamGarbled(reason))
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof() and not self._transport.is_closing():
                self._transport.write_eof()

    def _look(self) -> None:
        quiet_for = self._loop.time() - self._heard_at
        if quiet_for >= 2 * QUIET_SECONDS:
            self._end(BROKEN, "the service is silent")
            self._transport.abort()
            return
        if quiet_for >= QUIET_SECONDS:
            self._protocol.send_ping(b"")
            self._flush()
        self._timer = self._loop.call_later(QUIET_SECONDS, self._look)
