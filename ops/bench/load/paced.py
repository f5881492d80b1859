"""Requests over HTTP/1.1 at an even pace, whether or not earlier ones were answered, as from independent people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

import uvloop

from ops.bench.load.http import Connection, header_lines
from ops.bench.load.jobs import Pace, Paced, PacedJob, Reply


def run(job: PacedJob) -> Paced:
    """Send one pace after another, and then wait for the responses that are still missing."""
    return uvloop.run(_run(job))


async def _run(job: PacedJob) -> Paced:
    asking = _Asking(job)
    late, began_at = 0.0, time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for pace, after, due in _moments(job.paces):
            await asyncio.sleep(began_at + due - time.perf_counter())
            late = max(late, time.perf_counter() - began_at - due)
            group.create_task(asking.ask(pace, after))
    asking.close()
    return Paced(replies=asking.replies, late=late)


def _moments(paces: Sequence[Pace]) -> Iterator[tuple[int, float, float]]:
    """For each request: its pace's index, and seconds until it is due from the start of that pace, and of the first."""
    began = 0.0
    for number, pace in enumerate(paces):
        for place in range(int(pace.a_second * pace.seconds)):
            yield number, place / pace.a_second, began + place / pace.a_second
        began += pace.seconds


class _Asking:
    """As many connections as there are requests under way; idle ones are used again."""

    def __init__(self, job: PacedJob) -> None:
        self._job = job
        self._headers = header_lines({"Host": "localhost", **job.headers})
        self._free: list[Connection] = []
        self.replies: list[Reply] = []

    async def ask(self, pace: int, after: float) -> None:
        """Send one request, and note its reply."""
        connection = self._free.pop() if self._free else Connection(self._job.port, self._headers)
        sent_at = time.perf_counter()
        status = await connection.ask(self._job.path)
        retry_after = connection.heard.get("retry-after", "") if status.isdigit() else ""
        self.replies.append(Reply(pace, after, time.perf_counter() - sent_at, status, retry_after))
        self._free.append(connection)

    def close(self) -> None:
        """Close the connections."""
        for connection in self._free:
            connection.close()
