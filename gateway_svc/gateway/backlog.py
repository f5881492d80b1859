"""Answers that a client takes more slowly than the service gives them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from types import TracebackType
from typing import Self

from gateway_svc.gateway.upstreams.answer import Body

_LARGEST_BYTES = 32 * 1024 * 1024
_KEPT_IN_MEMORY_BYTES = 128 * 1024
_PIECE_BYTES = 64 * 1024


class Backlog:
    """What has come of a body and is not sent yet: a little of it in memory, more on disk, and no more than fits.

    A service gives a body from one of its few threads, and must not be held by whoever reads slowly.
    """

    def __init__(self, body: Body, first: bytes, *, at_end: Callable[[], None]) -> None:
        self._body = body
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
            self._begin = self._end = 0
        self._moved.set()
        return piece

    async def _fill(self) -> None:
        while not self._body.is_complete:
            await self._until(lambda: self._end < _LARGEST_BYTES)
            self._append(await self._body.read())
        self._at_end()

    def _append(self, piece: bytes) -> None:
        self._file.seek(self._end)
        self._file.write(piece)
        self._end += len(piece)
        self._moved.set()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._moved.clear()
            await self._moved.wait()
