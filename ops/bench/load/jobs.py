"""What the load process is told, and what it tells."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence

import msgspec

from ops.errors import OpsError
from ops.state import ROOT

_STARTING_SECONDS = 60.0


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


class SqlJob(Job):
    """The statements of the same pages, straight to the database."""

    database_url: str
    pages: Sequence[Sequence[str]]


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


def do(job: HttpJob | SqlJob) -> Measured:
    """Have it done by a process of its own. Raises OpsError when that fails or takes far too long."""
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
    return msgspec.json.decode(done.stdout, type=Measured)
