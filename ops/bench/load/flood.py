"""Requesting one page over HTTP/1.1 with as little work as possible, for servers that are faster than ``http`` is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import uvloop

from ops.bench.load.http import HOST, header_lines
from ops.bench.load.jobs import FloodJob, Measured
from ops.bench.load.watch import Watch

_WARMING_SECONDS = 0.5
_GOOD = b"HTTP/1.1 200"
_END_OF_HEAD = b"\r\n\r\n"


def run(job: FloodJob) -> Measured:
    """Warm up for a moment, and then measure."""
    return uvloop.run(_run(job))


async def _run(job: FloodJob) -> Measured:
    head = header_lines({"Host": f"{HOST}:{job.port}", **job.headers})
    request = f"GET {job.path} HTTP/1.1\r\n{head}\r\n".encode()
    body_bytes = await _body_bytes(job.port, request)
    await _flood(job, request, body_bytes, _WARMING_SECONDS, Watch({}))
    watch = Watch(job.watched)
    await _flood(job, request, body_bytes, job.seconds, watch)
    return watch.measured()


async def _body_bytes(port: int, request: bytes) -> int:
    """The length of the body, which is always the same for one page."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(request)
    head = (await reader.readuntil(_END_OF_HEAD)).lower()
    writer.close()
    return int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])


async def _flood(job: FloodJob, request: bytes, body_bytes: int, seconds: float, watch: Watch) -> None:
    loop = asyncio.get_running_loop()
    deadline = time.perf_counter() + seconds
    ended = [loop.create_future() for _ in range(job.connections)]

    def connection(end: asyncio.Future[None]) -> Callable[[], _Asking]:
        return lambda: _Asking(request, body_bytes, deadline, watch, end)

    for end in ended:
        await loop.create_connection(connection(end), HOST, job.port)
    await asyncio.gather(*ended)


class _Asking(asyncio.Protocol):
    """Sends the next request as soon as it has the response, until the time is over or the connection is closed."""

    def __init__(
        self, request: bytes, body_bytes: int, deadline: float, watch: Watch, end: asyncio.Future[None]
    ) -> None:
        self._request = request
        self._body_bytes = body_bytes
        self._deadline = deadline
        self._watch = watch
        self._end = end
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._heard = heard = self._heard + data if self._heard else data
        at = heard.find(_END_OF_HEAD)
        if at < 0 or len(heard) < at + len(_END_OF_HEAD) + self._body_bytes:
            if at > 0 and not heard.startswith(_GOOD):  # an error, whose body may be shorter
                self._count()
                self._transport.close()
            return
        self._count()
        self._heard = b""
        if time.perf_counter() < self._deadline:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self._end.done():
            self._end.set_result(None)

    def _ask(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._request)

    def _count(self) -> None:
        error = "" if self._heard.startswith(_GOOD) else self._heard[9:12].decode("latin-1")
        self._watch.count(time.perf_counter() - self._began, error=error)
