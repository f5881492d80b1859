"""Responses that a client reads more slowly than the service sends them."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from gateway_svc.gateway.errors import ClientGone
from gateway_svc.gateway.room import Room
from gateway_svc.gateway.upstreams.answer import Body

_LARGEST_BYTES = 32 * 1024 * 1024
_KEPT_IN_MEMORY_BYTES = 128 * 1024
_PIECE_BYTES = 64 * 1024


class Backlog:
    """A bounded buffer between a service and a slow client: the beginning in memory, the rest on disk.

    A service sends a body from one of its few threads, which a slow reader must not block. Once the buffers of all
    slow readers together have filled the room for them, each takes from its service only what its client reads.
    """

    def __init__(self, body: Body, first: bytes, *, room: Room, until: float, at_end: Callable[[], None]) -> None:
        self._body = body
        self._room = room
        self._give_up_at = until
        self._at_end = at_end
        self._file = tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY_BYTES)  # noqa: SIM115 - closed at the exit
        self._begin = self._end = 0
        self._moved = asyncio.Event()
        self._append(first)
        self._filling = asyncio.create_task(self._fill())
        self._filling.add_done_callback(lambda _: self._moved.set())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._filling.cancel()
        await asyncio.wait({self._filling})
        self._file.close()
        self._room.give_back(self._end)

    async def take(self) -> bytes:
        """The next piece; empty at the end. Raises what the body raises, after all that came before."""
        await self._until(lambda: self._begin < self._end or self._filling.done())
        if self._begin == self._end:
            self._filling.result()
            return b""
        self._file.seek(self._begin)
        piece = self._file.read(min(_PIECE_BYTES, self._end - self._begin))
        self._begin += len(piece)
        if self._begin == self._end:
            self._room.give_back(self._end)
            self._begin = self._end = 0
        self._moved.set()
        return piece

    async def _fill(self) -> None:
        while not self._body.is_complete:
            await self._wait_for_room()
            self._append(await self._body.read())
        self._at_end()

    async def _wait_for_room(self) -> None:
        """Give up with ClientGone if the client reads so slowly that the service would be blocked past the deadline."""
        if self._may_grow():
            return
        try:
            async with asyncio.timeout(self._give_up_at - time.monotonic()):
                await self._until(self._may_grow)
        except TimeoutError:
            raise ClientGone from None

    def _may_grow(self) -> bool:
        most = _KEPT_IN_MEMORY_BYTES if self._room.is_full else _LARGEST_BYTES
        return self._end < most

    def _append(self, piece: bytes) -> None:
        self._file.seek(self._end)
        self._file.write(piece)
        self._end += len(piece)
        self._room.take(len(piece))
        self._moved.set()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._moved.clear()
            await self._moved.wait()
