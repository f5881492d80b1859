"""Figures, and how they come about: several doors to one page, asked in turn.

A machine that others use is faster at one moment than at the next. So each round asks at every door, and what counts
is the middle one of the rounds' ratios and differences.
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
"""For two processes: one each, and the load must be somewhere."""


@dataclass(frozen=True)
class Door:
    """Where a page is asked for, and how."""

    port: int
    path: str
    watched: Mapping[str, int]
    """The ``server`` that answers there, and the ``upstream`` behind it."""
    headers: Mapping[str, str]
    load: Cores = ANY
    """Where whoever asks is kept."""


@contextmanager
def on_cores(door: Door, *, server: Cores, others: Cores) -> Iterator[Door]:
    """Its server is kept on some, what is behind it and whoever asks there on others."""
    with ExitStack() as keeping:
        for name, pid in door.watched.items():
            keeping.enter_context(kept(pid, server if name == "server" else others))
        yield replace(door, load=others)


Way = Sequence[Door]
"""One door, or several that are asked at once."""


@dataclass(frozen=True)
class Figure:
    """One way of asking for one page."""

    page: str
    asked: str
    connections: int
    rates: Mapping[str, float]
    """The rate as a part of that of each other way to the same page: the middle one of the rounds."""
    added_p50_ms: Mapping[str, float]
    """The median beyond that of each other way, likewise."""
    cpu: Mapping[str, float]
    """The server's processor time a request, as a part of that of each other way, likewise."""
    measured: Measured
    """The middle round."""

    @property
    def failed(self) -> int:
        """How many answers were none."""
        return sum(self.measured.errors.values())


def compared(page: str, ways: Mapping[str, Way], *, connections: int, seconds: float) -> Iterator[Figure]:
    """Each way in turn, round after round."""
    rounds = [{name: _ask(way, connections, seconds) for name, way in ways.items()} for _ in range(ROUNDS)]
    yield from of_rounds(page, rounds, connections=connections)


def of_rounds(page: str, rounds: Sequence[Mapping[str, Measured]], *, connections: int) -> Iterator[Figure]:
    """One a way, from what each round saw of each."""
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
    """The server's, for a request; less than a tick cannot be seen."""
    return max(measured.cpu_ms["server"], 1000 / TICKS_A_SECOND / max(1, measured.requests))


def _ask(way: Way, connections: int, seconds: float) -> Measured:
    with ThreadPoolExecutor(len(way)) as pool:
        return together(list(pool.map(partial(_ask_at, connections=connections, seconds=seconds), way)))


def _ask_at(door: Door, *, connections: int, seconds: float) -> Measured:
    if door.load:
        os.sched_setaffinity(0, door.load)  # of this thread, and of the load that it starts
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
    """What was measured at once, as one: the slowest says how slow it was."""
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
