"""Asking at an even pace over HTTP/1.1, whether or not what was asked before is answered: as people do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

import uvloop

from ops.bench.load.http import Connection, header_lines
from ops.bench.load.jobs import Pace, Paced, PacedJob, Reply


def run(job: PacedJob) -> Paced:
    """One pace after another, and then wait for what is still under way."""
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
    """For each request its pace, when it is due in that, and when in all."""
    began = 0.0
    for number, pace in enumerate(paces):
        for place in range(int(pace.a_second * pace.seconds)):
            yield number, place / pace.a_second, began + place / pace.a_second
        began += pace.seconds


class _Asking:
    """As many connections as requests are under way; those that are free are used again."""

    def __init__(self, job: PacedJob) -> None:
        self._job = job
        self._headers = header_lines({"Host": "localhost", **job.headers})
        self._free: list[Connection] = []
        self.replies: list[Reply] = []

    async def ask(self, pace: int, after: float) -> None:
        """Once."""
        connection = self._free.pop() if self._free else Connection(self._job.port, self._headers)
        sent_at = time.perf_counter()
        status = await connection.ask(self._job.path)
        retry_after = connection.heard.get("retry-after", "") if status.isdigit() else ""
        self.replies.append(Reply(pace, after, time.perf_counter() - sent_at, status, retry_after))
        self._free.append(connection)

    def close(self) -> None:
        """Let go of the connections."""
        for connection in self._free:
            connection.close()
