"""Asking over HTTP/1.1, on connections that are kept open."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Mapping

import redis
import uvloop

from ops.bench.load.jobs import HttpJob, Measured
from ops.bench.load.watch import WAKING_SECONDS, Watch, within

_TIMEOUT_SECONDS = 10.0
HOST = "127.0.0.1"

OK = "200"


class Connection:
    """One connection, opened when it is needed and again after anything went wrong."""

    def __init__(self, port: int, headers: str) -> None:
        self._port = port
        self._headers = headers
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str) -> str:
        """The status of the answer, which is read to its end, or the name of what happened instead."""
        return (await self.send("GET", path))[0]

    async def send(self, method: str, path: str, *, headers: str = "", body: bytes = b"") -> tuple[str, bytes]:
        """The same, and the answer's body."""
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
        if headers.get("transfer-encoding") == "chunked":
            body = await _read_chunks(reader)
        else:
            body = await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return first.split(" ")[1], body

    def close(self) -> None:
        """Let go of it."""
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
    """Ask for each page once, so that all are awake, and then measure."""
    return uvloop.run(_run(job))


async def _run(job: HttpJob) -> Measured:
    headers = header_lines({"Host": f"{HOST}:{job.port}", **job.headers})
    connections = [Connection(job.port, headers) for _ in range(job.connections)]
    await _ask_all(connections, within(WAKING_SECONDS, iter(job.paths)), Watch({}))
    watch = Watch(job.watched)
    await _ask_all(connections, within(job.seconds, _endless(job)), watch)
    measured = watch.measured()
    for connection in connections:
        connection.close()
    return measured


def header_lines(headers: Mapping[str, str]) -> str:
    """Headers as they go over the wire."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


async def _ask_all(connections: list[Connection], paths: Iterator[str], watch: Watch) -> None:
    """Each connection takes the next page when it has the answer to the last."""

    async def work(connection: Connection) -> None:
        for path in paths:
            began = time.perf_counter()
            status = await connection.ask(path)
            watch.count(time.perf_counter() - began, error="" if status == OK else status)

    await asyncio.gather(*map(work, connections))


def _endless(job: HttpJob) -> Iterator[str]:
    """All pages again and again.

    The cache is emptied twice a round: so also what was under way when it was emptied is gone when its turn comes.
    """
    empty_cache = _emptier(job.empty_cache_at)
    half = -(-len(job.paths) // 2)
    for number, path in enumerate(itertools.cycle(job.paths)):
        if number % len(job.paths) % half == 0:
            empty_cache()
        yield path


def _emptier(url: str) -> Callable[[], object]:
    if not url:
        return lambda: None
    return redis.Redis.from_url(url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS).flushdb
