"""One connection to an instance of a service: a request and its answer at a time, then the next."""

from __future__ import annotations

import asyncio
import time
from typing import cast

from gateway_svc.gateway.deadline import Deadline
from gateway_svc.gateway.errors import UpstreamClosed, UpstreamGarbled, UpstreamReset, UpstreamTimedOut
from gateway_svc.gateway.upstreams.wire import MAX_HEAD_BYTES, Head, read_head

HIGH_WATER_BYTES = 128 * 1024
FOREVER = float("inf")
_LONGEST_CHUNK_LINE = 256


class Connection(asyncio.Protocol):
    """HTTP/1.1 in its plainest form: write the head and the body, read the head and the body.

    Why our own is told in docs/adr/0010: half the time of the fastest client that could be had, a request that really
    ends when its client goes away, and paths and headers that arrive byte for byte.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._heard = b""
        self._taken = 0
        """So many bytes of what was heard are taken already."""
        self._waiter: asyncio.Future[None] | None = None
        self._deadline = Deadline(self._time_out)
        self._writable: asyncio.Future[None] | None = None
        self._failure: BaseException | None = None
        self._is_paused = False
        self.idle_since = 0.0
        self.until = FOREVER
        """When all of what is under way has to be over, on the clock of time.monotonic()."""

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._heard = self._heard[self._taken :] + data if self._has_more else data
        self._taken = 0
        if len(self._heard) >= HIGH_WATER_BYTES and not self._is_paused:
            self._transport.pause_reading()
            self._is_paused = True
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._deadline.end()
        self.fail(UpstreamReset(repr(error)) if error else UpstreamClosed("closed"))

    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._writable and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    # What the proxy calls.

    @property
    def is_open(self) -> bool:
        """Nothing has gone wrong with it, and nothing lies in it that nobody asked for."""
        return self._failure is None and not self._has_more and not self._transport.is_closing()

    def start(self, head: bytes) -> None:
        """Begin a request, with as much of its body as is there already."""
        self._transport.write(head)

    async def write(self, chunk: bytes, *, within: float) -> None:
        """Send more of the body, as fast as the other side takes it. On a failed connection it goes nowhere."""
        if self._failure is None:
            self._transport.write(chunk)
            if self._writable:
                self.expect_within(within)
                await self._writable
                self._deadline.none()

    def fail(self, error: BaseException) -> None:
        """Whoever reads or will read gets this instead."""
        self._failure = self._failure or error
        self.resume_writing()
        self._wake()

    def expect_within(self, seconds: float) -> None:
        """Something must come in this time, and before all has to be over; else whoever waits gets UpstreamTimedOut."""
        self._deadline.within(max(0.0, min(seconds, self.until - time.monotonic())))

    async def head(self, *, method: str) -> Head:
        """The beginning of the final answer; the provisional ones (1xx) before it are skipped."""
        while True:
            while (block := self._through(b"\r\n\r\n", MAX_HEAD_BYTES)) is None:
                await self._more()
            head = read_head(block, method=method)
            if head.status >= 200:
                self._deadline.none()
                return head

    def at_hand(self, most: int) -> bytes:
        """Some bytes of the body, if any are here."""
        return self._cut(self._taken + most)

    async def take(self, most: int, *, within: float) -> bytes:
        """Some bytes of the body."""
        if not self._has_more:
            self.expect_within(within)
            await self._more()
            self._deadline.none()
        return self.at_hand(most)

    async def take_line(self, *, within: float) -> bytes:
        """One line of a chunked body, without its end."""
        self.expect_within(within)
        while (line := self._through(b"\r\n", _LONGEST_CHUNK_LINE)) is None:
            await self._more()
        self._deadline.none()
        return line

    def close(self) -> None:
        """Cut it off; what was under way ends here."""
        self._deadline.end()
        self._transport.abort()

    @property
    def _has_more(self) -> bool:
        return self._taken < len(self._heard)

    def _through(self, end: bytes, most: int) -> bytes | None:
        """What comes before this end, once that is here. Raises UpstreamGarbled if there is too much of it."""
        at = self._heard.find(end, self._taken)
        if at < 0:
            if len(self._heard) - self._taken > most:
                raise UpstreamGarbled("a line or head without an end")
            return None
        return self._cut(at, pass_over=len(end))

    def _cut(self, end: int, *, pass_over: int = 0) -> bytes:
        """Take what was heard up to there. A connection that rests shall not hold what it heard last."""
        data = self._heard[self._taken : end]
        self._taken = end + pass_over
        if not self._has_more:
            self._heard, self._taken = b"", 0
        return data

    def _more(self) -> asyncio.Future[None]:
        """Done when more is here. Raises, now or then, what went wrong meanwhile."""
        if self._failure:
            raise self._failure
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()
        self._waiter = self._loop.create_future()
        return self._waiter

    def _wake(self) -> None:
        if self._waiter is None or self._waiter.done():
            return
        if self._failure and not self._has_more:
            self._waiter.set_exception(self._failure)
        else:
            self._waiter.set_result(None)

    def _time_out(self) -> None:
        self.fail(UpstreamTimedOut())
