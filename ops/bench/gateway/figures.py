"""Figures, and how they are measured: several ways to the same page, in turn.

A machine that others use too is faster at one moment than at the next. So each round measures every way, and the
result is the median of the rounds' ratios and differences.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from statistics import median
from typing import Any

import msgspec

from ops.bench.gateway.cores import ANY, Cores, kept
from ops.bench.load.jobs import FloodJob, Measured, do
from ops.bench.load.watch import TICKS_A_SECOND

ROUNDS = 5
ENOUGH_CORES = 3
"""For two processes: one each, and one for the load."""


@dataclass(frozen=True)
class Door:
    """Where and how a page is requested."""

    port: int
    path: str
    watched: Mapping[str, int]
    """The pids of the ``server`` that answers there, and of the ``upstream`` behind it, if any."""
    headers: Mapping[str, str]
    load: Cores = ANY
    """The cores that the load runs on."""


@contextmanager
def on_cores(door: Door, *, server: Cores, others: Cores) -> Iterator[Door]:
    """Pin the door's server to some cores, and the upstream behind it and the load to others."""
    with ExitStack() as keeping:
        for name, pid in door.watched.items():
            keeping.enter_context(kept(pid, server if name == "server" else others))
        yield replace(door, load=others)


Way = Sequence[Door]
"""One door, or several that are measured at the same time."""


@dataclass(frozen=True)
class Figure:
    """One way of requesting one page."""

    page: str
    asked: str
    connections: int
    rates: Mapping[str, float]
    """The rate, divided by that of each other way to the same page: the median of the rounds."""
    added_p50_ms: Mapping[str, float]
    """By how much p50 exceeds that of each other way, likewise."""
    cpu: Mapping[str, float]
    """The server's processor time for a request, divided by that of each other way, likewise."""
    measured: Measured
    """The round with the median rate."""

    @property
    def failed(self) -> int:
        """How many requests failed."""
        return sum(self.measured.errors.values())


def compared(page: str, ways: Mapping[str, Way], *, connections: int, seconds: float) -> Iterator[Figure]:
    """Measure each way in turn, round after round."""
    rounds = [{name: _ask(way, connections, seconds) for name, way in ways.items()} for _ in range(ROUNDS)]
    yield from of_rounds(page, rounds, connections=connections)


def of_rounds(page: str, rounds: Sequence[Mapping[str, Measured]], *, connections: int) -> Iterator[Figure]:
    """One figure for each way, from the results of all rounds."""
    ways = rounds[0]
    for name in ways:
        yield Figure(
            page=page,
            asked=name,
            connections=connections,
            rates={other: median(each[name].rate / each[other].rate for each in rounds) for other in ways},
            added_p50_ms={other: median(each[name].p50_ms - each[other].p50_ms for each in rounds) for other in ways},
            cpu={other: median(_cpu_ms(each[name]) / _cpu_ms(each[other]) for each in rounds) for other in ways},
            measured=sorted((each[name] for each in rounds), key=lambda measured: measured.rate)[len(rounds) // 2],
        )


def _cpu_ms(measured: Measured) -> float:
    """The server's, for each request; at least one tick of the clock, since less cannot be measured."""
    return max(measured.cpu_ms["server"], 1000 / TICKS_A_SECOND / max(1, measured.requests))


def _ask(way: Way, connections: int, seconds: float) -> Measured:
    with ThreadPoolExecutor(len(way)) as pool:
        return together(list(pool.map(partial(_ask_at, connections=connections, seconds=seconds), way)))


def _ask_at(door: Door, *, connections: int, seconds: float) -> Measured:
    if door.load:
        os.sched_setaffinity(0, door.load)  # of this thread, and so of the load process that it starts
    job = FloodJob(
        connections=connections,
        seconds=seconds,
        watched=door.watched,
        port=door.port,
        path=door.path,
        headers={"Accept": "application/json", **door.headers},
    )
    return do(job)


def together(parts: Sequence[Measured]) -> Measured:
    """Simultaneous measurements as one: counts are summed, and percentiles are those of the slowest."""
    requests = sum(part.requests for part in parts)
    errors: Counter[str] = Counter()
    for part in parts:
        errors.update(part.errors)
    return Measured(
        requests=requests,
        seconds=max(part.seconds for part in parts),
        p50_ms=max(part.p50_ms for part in parts),
        p99_ms=max(part.p99_ms for part in parts),
        errors=dict(errors),
        cpu_ms={
            name: sum(part.cpu_ms[name] * part.requests for part in parts) / max(1, requests)
            for name in parts[0].cpu_ms
        },
    )


def as_json(figure: Figure) -> dict[str, Any]:
    """A figure as plain data."""
    measured: dict[str, Any] = msgspec.to_builtins(figure.measured)
    return {**asdict(figure), "measured": {"requests_per_second": figure.measured.rate, **measured}}
