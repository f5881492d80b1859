"""Requests over HTTP/1.1, on connections that are kept open."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence

import redis
import uvloop

from ops.bench.load.jobs import HttpJob, Measured
from ops.bench.load.watch import WAKING_SECONDS, Watch

_TIMEOUT_SECONDS = 10.0
HOST = "127.0.0.1"

OK = "200"


class Connection:
    """One connection, opened when it is needed, and again after an error."""

    def __init__(self, port: int, headers: str) -> None:
        self._port = port
        self._headers = headers
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.heard: Mapping[str, str] = {}
        """The headers of the last response, by their names in lower case."""

    async def ask(self, path: str) -> str:
        """GET a path and read the whole response. Returns its status, or the name of the exception instead."""
        return (await self.send("GET", path))[0]

    async def send(self, method: str, path: str, *, headers: str = "", body: bytes = b"") -> tuple[str, bytes]:
        """The same for any method; returns the status or name, and the body."""
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                reader, writer = self._streams = self._streams or await asyncio.open_connection(HOST, self._port)
                writer.write(f"{method} {path} HTTP/1.1\r\n{self._headers}{headers}\r\n".encode() + body)
                return await self._read(reader)
        except (OSError, EOFError, LookupError, ValueError, asyncio.LimitOverrunError) as error:
            self.close()
            return type(error).__name__, b""

    async def _read(self, reader: asyncio.StreamReader) -> tuple[str, bytes]:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self.heard = headers
        if headers.get("transfer-encoding") == "chunked":
            body = await _read_chunks(reader)
        else:
            body = await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return first.split(" ")[1], body

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._streams:
            self._streams[1].close()
            self._streams = None


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    chunks = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        chunks.append((await reader.readexactly(size + 2))[:-2])
    await reader.readuntil(b"\r\n")
    return b"".join(chunks)


def run(job: HttpJob) -> Measured:
    """Request each page once to warm up, and then measure."""
    return uvloop.run(_run(job))


async def _run(job: HttpJob) -> Measured:
    headers = header_lines({"Host": f"{HOST}:{job.port}", **job.headers})
    connections = [Connection(job.port, headers) for _ in range(job.connections)]
    await _ask_all(connections, _Pages(iter([job.paths]), seconds=WAKING_SECONDS), Watch({}))
    watch = Watch(job.watched)
    pages = _Pages(itertools.cycle(_halves(job.paths)), seconds=job.seconds, empty_cache=_emptier(job.empty_cache_at))
    await _ask_all(connections, pages, watch)
    measured = watch.measured()
    for connection in connections:
        connection.close()
    return measured


def header_lines(headers: Mapping[str, str]) -> str:
    """Headers as they are sent."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


class _Pages:
    """Pages in parts, one part after another, for a number of seconds; the cache is emptied before each part.

    Emptying waits until no request for a page of that part is under way, since its response would be cached afterwards.
    """

    def __init__(
        self, parts: Iterator[Sequence[str]], *, seconds: float, empty_cache: Callable[[], object] | None = None
    ) -> None:
        self._parts = parts
        self._deadline = time.perf_counter() + seconds
        self._empty_cache = empty_cache
        self._ahead: deque[str] = deque()
        self._asked: Counter[str] = Counter()
        self._turn = asyncio.Lock()
        self._answered = asyncio.Event()

    async def take(self) -> str | None:
        """The next page to request; None when the time is over or there are no more."""
        async with self._turn:
            if not self._ahead:
                part = next(self._parts, ())
                await self._make_cold(part)
                self._ahead.extend(part)
            if not self._ahead or time.perf_counter() >= self._deadline:
                return None
            path = self._ahead.popleft()
            self._asked[path] += 1
            return path

    def give_back(self, path: str) -> None:
        """Note that the response for this page has arrived."""
        self._asked[path] -= 1
        self._answered.set()

    async def _make_cold(self, part: Sequence[str]) -> None:
        if self._empty_cache is None:
            return
        while any(self._asked[path] for path in part):
            self._answered.clear()
            await self._answered.wait()
        self._empty_cache()


async def _ask_all(connections: list[Connection], pages: _Pages, watch: Watch) -> None:
    """Each connection takes the next page when it has the response to the last."""

    async def work(connection: Connection) -> None:
        while (path := await pages.take()) is not None:
            began = time.perf_counter()
            status = await connection.ask(path)
            pages.give_back(path)
            watch.count(time.perf_counter() - began, error="" if status == OK else status)

    await asyncio.gather(*map(work, connections))


def _halves(paths: Sequence[str]) -> list[Sequence[str]]:
    """Two parts: emptying the cache for one seldom has to wait, while the requests under way are for the other."""
    half = -(-len(paths) // 2)
    return [part for part in (paths[:half], paths[half:]) if part]


def _emptier(url: str) -> Callable[[], object] | None:
    if not url:
        return None
    server = redis.Redis.from_url(url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS)

    def empty() -> None:
        server.flushdb()
        # Empties the gateways' own caches as well (gateway_svc/catalogue).
        server.publish("gateway_svc.old_groups", '["*"]')

    return empty
