"""One end of an open WebSocket, which costs next to nothing while nobody says anything.

The protocol (RFC 6455) is the sans-I/O half of the websockets library; its other half, and uvicorn's use of it, keep
tasks, queues and the whole handshake for each socket (docs/adr/0025).
"""

from __future__ import annotations

import asyncio
import logging
from typing import ClassVar, cast

from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN, SEND_EOF, Protocol, Side

QUIET_SECONDS = 20.0
"""After so long without a word the other end is asked whether it lives; after as long again it does not."""

NORMAL, NO_STATUS, ABNORMAL, NOT_TEXT, BROKEN, RESTARTS = 1000, 1005, 1006, 1007, 1011, 1012

Said = str | bytes
Goodbye = tuple[int, str]
"""A code and a reason."""

logger = logging.getLogger("websockets")
# It tells of each socket that ends.
logger.setLevel(logging.WARNING)


class SocketEnded(Exception):
    """With this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(f"{code} {reason}")


class WebSocket(asyncio.Protocol):
    """What is said to us is taken one message at a time; what we say goes out at once.

    Whoever opens it begins by ``_begin``, and lets go of all that the handshake needed.
    """

    __slots__ = (
        "_ended",
        "_heard_at",
        "_is_paused",
        "_is_text",
        "_loop",
        "_messages",
        "_parts",
        "_protocol",
        "_timer",
        "_transport",
        "_waiter",
        "_writable",
    )

    SIDE: ClassVar[Side]
    LARGEST_MESSAGE_BYTES: ClassVar[int]
    MOST_WAITING: ClassVar[int]
    """Messages that nobody has taken yet, before no more are read."""
    CLOSE_SECONDS: ClassVar[float]
    """For the other end to answer our goodbye, and take all that was said before it."""
    GONE: ClassVar[Goodbye]
    """How it ended, where the other end went without a word."""
    SILENT: ClassVar[Goodbye]
    """How, where it said nothing for too long."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._protocol: Protocol | None = None
        # Seldom more than one, and a deque would take 750 bytes for none.
        self._messages: list[Said] = []
        self._parts = bytearray()
        self._is_text = False
        self._is_paused = False
        self._ended: SocketEnded | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heard_at = 0.0

    async def take(self) -> Said:
        """The next message. Raises SocketEnded when there will be none."""
        while not self._messages:
            if self._ended:
                raise self._ended
            self._waiter = self._loop.create_future()
            await self._waiter
        message = self._messages.pop(0)
        if not self._messages:
            self._read_on()
        return message

    async def say(self, message: Said) -> None:
        """As fast as the other end takes it; one that has ended hears nothing."""
        if self._protocol is None or self._protocol.state is not OPEN:
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
        if self._protocol and self._protocol.state is OPEN:
            self._protocol.send_close(code, reason)
            self._flush()
        self._end(code, reason)
        self._read_on()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._protocol is None:
            return
        self._heard_at = self._loop.time()
        self._protocol.receive_data(data)
        self._flush()
        for event in self._protocol.events_received():
            self._hear(cast(Frame, event))
            if self._protocol is None:
                return
        if self._protocol.parser_exc:
            self._end(*self._misheard(self._protocol))

    def connection_lost(self, error: Exception | None) -> None:
        if self._protocol:
            self._protocol.receive_eof()
        self._end(*self.GONE)
        self._set_timer(None)
        self.resume_writing()

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()
        # Whoever does not take what we say gets no answers to pings either: those would gather here.
        self._read_no_more()

    def resume_writing(self) -> None:
        if self._writable and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None
        if not self._messages:
            self._read_on()

    def _begin(self) -> None:
        """It is open."""
        self._protocol = Protocol(self.SIDE, max_size=self.LARGEST_MESSAGE_BYTES, logger=logger)
        self._heard_at = self._loop.time()
        self._set_timer(self._loop.call_later(QUIET_SECONDS, self._look))

    def _hear(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            self._end(*self._goodbye())
        elif frame.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
            if frame.opcode is not Opcode.CONT:
                self._is_text = frame.opcode is Opcode.TEXT
            self._parts += frame.data
            if frame.fin:
                self._put(bytes(self._parts))
                self._parts.clear()

    def _put(self, message: bytes) -> None:
        if self._ended:
            return
        try:
            self._messages.append(message.decode() if self._is_text else message)
        except UnicodeDecodeError:
            self.close(NOT_TEXT, "not UTF-8")
        if len(self._messages) >= self.MOST_WAITING:
            self._read_no_more()
        self._wake()

    def _read_no_more(self) -> None:
        if not self._is_paused and not self._transport.is_closing():
            self._is_paused = True
            self._transport.pause_reading()

    def _read_on(self) -> None:
        if self._is_paused and not self._writable and not self._transport.is_closing():
            self._is_paused = False
            self._transport.resume_reading()

    def _goodbye(self) -> Goodbye:
        """As it was said; without a code it was well meant."""
        said = self._protocol.close_rcvd if self._protocol else None
        return (NORMAL, "") if said is None or said.code in {NO_STATUS, ABNORMAL} else (said.code, said.reason)

    def _misheard(self, protocol: Protocol) -> Goodbye:
        """How it ended, where what was said cannot be read: as the other end was told."""
        said = protocol.close_sent
        return (said.code, said.reason) if said else self.GONE

    def _end(self, code: int, reason: str) -> None:
        """The first end is the one that counts."""
        if self._ended is None:
            self._ended = SocketEnded(code, reason)
            self._set_timer(self._loop.call_later(self.CLOSE_SECONDS, self._transport.abort))
            self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _flush(self) -> None:
        data = self._protocol.data_to_send() if self._protocol else ()
        if self._transport.is_closing():
            return
        self._transport.write(b"".join(data))
        if SEND_EOF in data:
            self._transport.close()

    def _set_timer(self, timer: asyncio.TimerHandle | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = timer

    def _look(self) -> None:
        if self._is_paused and not self._writable:
            self._heard_at = self._loop.time()  # it may well have spoken: nobody has taken what it said before
        quiet_for = self._loop.time() - self._heard_at
        if quiet_for >= 2 * QUIET_SECONDS:
            self.close(*self.SILENT)
            return
        if quiet_for >= QUIET_SECONDS and self._protocol:
            self._protocol.send_ping(b"")
            self._flush()
        self._timer = self._loop.call_later(QUIET_SECONDS, self._look)
