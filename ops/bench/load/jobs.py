"""The input of the load process, and its results."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence

import msgspec

from ops.errors import OpsError
from ops.state import ROOT

_STARTING_SECONDS = 90.0


class Job(msgspec.Struct, kw_only=True, tag=True):
    """What most jobs have in common."""

    connections: int
    seconds: float
    watched: Mapping[str, int]
    """Pids by name, whose processor time, with that of their descendants, is measured meanwhile."""


class HttpJob(Job):
    """Pages of a server, one after another, over and over."""

    port: int
    headers: Mapping[str, str]
    paths: Sequence[str]
    empty_cache_at: str = ""
    """The URL of a Redis database to be emptied so often that no page is ever found there; empty to leave it alone."""


class FloodJob(Job):
    """One page of a server, over and over, as fast as it answers."""

    port: int
    headers: Mapping[str, str]
    path: str


class Pace(msgspec.Struct, frozen=True):
    """A rate of requests, and for how long."""

    a_second: float
    seconds: float


class PacedJob(msgspec.Struct, kw_only=True, tag=True):
    """One page of a server, requested at an even pace whether or not it answers; one pace after another."""

    port: int
    headers: Mapping[str, str]
    path: str
    paces: Sequence[Pace]

    @property
    def seconds(self) -> float:
        """How long all paces take together."""
        return sum(pace.seconds for pace in self.paces)


class SqlJob(Job):
    """The SQL statements of pages, sent directly to the database."""

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
    """The least time between the starts of two orders of one buyer."""


class Measured(msgspec.Struct, kw_only=True):
    """The result of a job."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: dict[str, int]
    """How many requests failed, by status or kind of failure."""
    cpu_ms: dict[str, float]
    """Processor time for each request, by watched process; the load's own as ``load``."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """The reply to one request that was sent at a pace."""

    pace: int
    """Its index, from 0."""
    after: float
    """Seconds from the start of that pace until the request was due."""
    took: float
    """Seconds."""
    status: str
    """Or the name of the exception."""
    retry_after: str = ""


class Paced(msgspec.Struct, kw_only=True):
    """The result of a PacedJob."""

    replies: list[Reply]
    """In the order in which they arrived."""
    late: float
    """The largest delay, in seconds, with which a request was sent: how uneven the load was."""


class Placed(msgspec.Struct, kw_only=True):
    """An order that was accepted, with times in seconds since 1970."""

    order_id: str
    sent_at: float
    answered_at: float
    live_at: float | None = None
    """When the confirmation arrived on the buyer's live feed; None if it did not in time."""


class Ordered(msgspec.Struct, kw_only=True):
    """The result of an OrderJob."""

    began_at: float
    placed: list[Placed]
    errors: dict[str, int]
    ticks_before: dict[str, int]
    """The processor time of the watched processes at ``began_at``, in clock ticks."""
    cpu_seconds: float
    """The load's own processor time."""


def do(job: HttpJob | FloodJob | SqlJob) -> Measured:
    """Do a job in a process of its own. Raises OpsError if that fails or takes far too long."""
    return msgspec.json.decode(_have_done(job), type=Measured)


def order(job: OrderJob) -> Ordered:
    """Place orders from a process of its own. Raises OpsError like ``do``."""
    return msgspec.json.decode(_have_done(job), type=Ordered)


def paced(job: PacedJob) -> Paced:
    """Send requests at a pace from a process of its own. Raises OpsError like ``do``."""
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
