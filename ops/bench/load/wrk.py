"""Requesting one page with wrk, which takes a tenth of the processor time that Python takes for it."""

from __future__ import annotations

import math
import resource
import shutil
import subprocess
from pathlib import Path

import msgspec

from ops.bench.load.http import HOST
from ops.bench.load.jobs import FloodJob, Measured
from ops.bench.load.watch import TICKS_A_SECOND, ticks
from ops.errors import OpsError

PACKAGE = "wrk"
_SCRIPT = Path(__file__).with_suffix(".lua")
_STARTING_SECONDS = 30.0


class _Said(msgspec.Struct):
    requests: int
    microseconds: int
    p50: int
    p99: int
    status: int
    broken: int


def is_here() -> bool:
    """Whether wrk is installed."""
    return shutil.which(PACKAGE) is not None


def run(job: FloodJob) -> Measured:
    """Measure, rounding the duration up to whole seconds, since wrk takes no other. Raises OpsError."""
    before, own_before = ticks(job.watched), _own_seconds()
    said = _ask(job)
    own, after, requests = _own_seconds() - own_before, ticks(job.watched), max(1, said.requests)
    spent = {name: (after[name] - before[name]) / TICKS_A_SECOND for name in after} | {"load": own}
    errors = {"status": said.status, "broken": said.broken}
    return Measured(
        requests=said.requests,
        seconds=said.microseconds / 1e6,
        p50_ms=said.p50 / 1000,
        p99_ms=said.p99 / 1000,
        errors={name: count for name, count in errors.items() if count},
        cpu_ms={name: 1000 * seconds / requests for name, seconds in spent.items()},
    )


def _ask(job: FloodJob) -> _Said:
    seconds = math.ceil(job.seconds)
    command = [PACKAGE, "-t1", f"-c{job.connections}", f"-d{seconds}s", "-s", str(_SCRIPT)]
    command += [part for name, value in job.headers.items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(
        [*command, f"http://{HOST}:{job.port}{job.path}"],
        capture_output=True,
        text=True,
        timeout=seconds + _STARTING_SECONDS,
        check=False,
    )
    try:
        return msgspec.json.decode(done.stderr, type=_Said)
    except msgspec.DecodeError:
        raise OpsError(f"wrk failed: {done.stderr or done.stdout}") from None


def _own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
