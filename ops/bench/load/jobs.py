"""What the load process is told, and what it tells."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence

import msgspec

from ops.errors import OpsError
from ops.state import ROOT

_STARTING_SECONDS = 90.0


class Job(msgspec.Struct, kw_only=True, tag=True):
    """What all loads have in common."""

    connections: int
    seconds: float
    watched: Mapping[str, int]
    """Processes by name, whose processor time, with that of all below them, is measured meanwhile."""


class HttpJob(Job):
    """Pages of a server, one after another and again from the first."""

    port: int
    headers: Mapping[str, str]
    paths: Sequence[str]
    empty_cache_at: str = ""
    """The URL of the Redis whose database is emptied so often that no page is ever found there; empty: never."""


class FloodJob(Job):
    """One page of a server, again and again, as fast as it is given."""

    port: int
    headers: Mapping[str, str]
    path: str


class Pace(msgspec.Struct, frozen=True):
    """So many requests a second, for so long."""

    a_second: float
    seconds: float


class PacedJob(msgspec.Struct, kw_only=True, tag=True):
    """One page of a server, asked for at an even pace whether or not it answers; one pace after another."""

    port: int
    headers: Mapping[str, str]
    path: str
    paces: Sequence[Pace]

    @property
    def seconds(self) -> float:
        """All of them together."""
        return sum(pace.seconds for pace in self.paces)


class SqlJob(Job):
    """The statements of the same pages, straight to the database."""

    database_url: str
    pages: Sequence[Sequence[str]]


class OrderJob(msgspec.Struct, kw_only=True, tag=True):
    """Orders of one piece each; a buyer places the next one once the last is live on their feed."""

    port: int
    """The gateway's."""
    seconds: float
    buyers: Sequence[str]
    """The access token of each."""
    skus: Sequence[str]
    address: Mapping[str, str]
    watched: Mapping[str, int]
    """Processes whose processor time is noted before the first order, once all feeds are open."""
    pause_seconds: float = 0.0
    """A buyer begins no two orders closer together than this."""


class Measured(msgspec.Struct, kw_only=True):
    """What came of it."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: dict[str, int]
    """How many went wrong, by the status they were answered with or by what happened instead."""
    cpu_ms: dict[str, float]
    """Per request, by the watched process; the load's own as ``load``."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """To one request that was sent at a pace."""

    pace: int
    """Which, from 0."""
    after: float
    """Seconds from when that pace began to when it was sent."""
    took: float
    """Seconds."""
    status: str
    """Or the name of what happened instead."""
    retry_after: str = ""


class Paced(msgspec.Struct, kw_only=True):
    """What came of asking at a pace."""

    replies: list[Reply]
    """In the order in which they came."""
    late: float
    """Seconds that the latest request was sent later than it should have been: how even the load was."""


class Placed(msgspec.Struct, kw_only=True):
    """An order that was taken, and when (seconds since 1970)."""

    order_id: str
    sent_at: float
    answered_at: float
    live_at: float | None = None
    """When the buyer's socket brought that it is confirmed; None when it did not in time."""


class Ordered(msgspec.Struct, kw_only=True):
    """What came of buying."""

    began_at: float
    placed: list[Placed]
    errors: dict[str, int]
    ticks_before: dict[str, int]
    """What the watched processes had taken by then."""
    cpu_seconds: float
    """The load's own."""


def do(job: HttpJob | FloodJob | SqlJob) -> Measured:
    """Have it done by a process of its own. Raises OpsError when that fails or takes far too long."""
    return msgspec.json.decode(_have_done(job), type=Measured)


def order(job: OrderJob) -> Ordered:
    """Have orders placed by a process of its own. Raises OpsError like ``do``."""
    return msgspec.json.decode(_have_done(job), type=Ordered)


def paced(job: PacedJob) -> Paced:
    """Have it asked for at a pace by a process of its own. Raises OpsError like ``do``."""
    return msgspec.json.decode(_have_done(job), type=Paced)


def _have_done(job: HttpJob | FloodJob | PacedJob | SqlJob | OrderJob) -> bytes:
    command = [sys.executable, "-m", "ops.bench.load"]
    limit = job.seconds + _STARTING_SECONDS
    try:
        done = subprocess.run(
            command, input=msgspec.json.encode(job), capture_output=True, cwd=ROOT, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        raise OpsError(f"The load did not end within {limit:.0f} s.") from None
    if done.returncode != 0:
        raise OpsError(f"The load failed:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout
