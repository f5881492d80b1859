"""The body of an answer, piece by piece, whichever way its end is told."""

from __future__ import annotations

from typing import Protocol

from gateway_svc.gateway.errors import UpstreamClosed, UpstreamGarbled, UpstreamReset
from gateway_svc.gateway.upstreams.connection import HIGH_WATER_BYTES, Connection
from gateway_svc.gateway.upstreams.wire import Head

_HEX = frozenset(b"0123456789abcdefABCDEF")


class Body(Protocol):
    """What is left of an answer."""

    is_complete: bool

    def at_hand(self) -> bytes:
        """The next piece if it is here already, else nothing."""

    async def read(self) -> bytes:
        """The next piece; empty at the end."""


def body_of(head: Head, connection: Connection, *, idle_seconds: float) -> Body:
    """The body that follows this head."""
    if head.length is not None:
        return SizedBody(connection, head.length, idle_seconds)
    if head.is_chunked:
        return ChunkedBody(connection, idle_seconds)
    return EndlessBody(connection, idle_seconds)


class SizedBody:
    """As long as its Content-Length said."""

    def __init__(self, connection: Connection, length: int, idle_seconds: float) -> None:
        self._connection = connection
        self._idle_seconds = idle_seconds
        self._left = length
        self.is_complete = length == 0

    def at_hand(self) -> bytes:
        return self._took(self._connection.at_hand(self._most))

    async def read(self) -> bytes:
        if self.is_complete:
            return b""
        return self._took(await self._connection.take(self._most, within=self._idle_seconds))

    @property
    def _most(self) -> int:
        return min(self._left, HIGH_WATER_BYTES)

    def _took(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        self.is_complete = self._left == 0
        return piece


class ChunkedBody:
    """In chunks, of which the last is empty (RFC 9112, section 7.1)."""

    def __init__(self, connection: Connection, idle_seconds: float) -> None:
        self._connection = connection
        self._idle_seconds = idle_seconds
        self._left = 0
        self.is_complete = False

    def at_hand(self) -> bytes:
        return b""

    async def read(self) -> bytes:
        if self.is_complete:
            return b""
        if self._left == 0:
            self._left = await self._size()
        if self._left == 0:
            await self._skip_trailers()
            self.is_complete = True
            return b""
        data = await self._connection.take(min(self._left, HIGH_WATER_BYTES), within=self._idle_seconds)
        self._left -= len(data)
        if self._left == 0 and await self._line():
            raise UpstreamGarbled("a chunk longer than it said")
        return data

    async def _size(self) -> int:
        size = (await self._line()).partition(b";")[0].strip(b" \t")
        if not 0 < len(size) <= 16 or not _HEX.issuperset(size):
            raise UpstreamGarbled(f"not the size of a chunk: {size[:20]!r}")
        return int(size, 16)

    async def _skip_trailers(self) -> None:
        while await self._line():
            pass

    async def _line(self) -> bytes:
        return await self._connection.take_line(within=self._idle_seconds)


class EndlessBody:
    """Until the connection is closed."""

    def __init__(self, connection: Connection, idle_seconds: float) -> None:
        self._connection = connection
        self._idle_seconds = idle_seconds
        self.is_complete = False

    def at_hand(self) -> bytes:
        return b""

    async def read(self) -> bytes:
        try:
            return await self._connection.take(HIGH_WATER_BYTES, within=self._idle_seconds)
        except UpstreamReset:
            raise
        except UpstreamClosed:
            self.is_complete = True
            return b""
