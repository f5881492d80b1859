"""Counting requests, their durations, and the processor time of each process."""

from __future__ import annotations

import itertools
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from ops import procfs
from ops.bench.load.jobs import Measured

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


WAKING_SECONDS = 30.0
"""How long warming up, with one request for each page, may take."""

Item = TypeVar("Item")


class Watch:
    """Counts from its creation on."""

    def __init__(self, watched: Mapping[str, int]) -> None:
        self._watched = watched
        self._seconds_taken: list[float] = []
        self._errors: Counter[str] = Counter()
        self._before = ticks(watched)
        self._own_before = time.process_time()
        self._began = time.perf_counter()

    def count(self, seconds: float, *, error: str = "") -> None:
        """Count a request that ended."""
        self._seconds_taken.append(seconds)
        if error:
            self._errors[error] += 1

    def measured(self) -> Measured:
        """The result until now."""
        seconds, own = time.perf_counter() - self._began, time.process_time() - self._own_before
        after, requests = ticks(self._watched), len(self._seconds_taken)
        taken = sorted(self._seconds_taken)
        spent = {name: (after[name] - self._before[name]) / TICKS_A_SECOND for name in after} | {"load": own}
        return Measured(
            requests=requests,
            seconds=seconds,
            p50_ms=percentile(taken, 50) * 1000,
            p99_ms=percentile(taken, 99) * 1000,
            errors=dict(self._errors),
            cpu_ms={name: 1000 * cpu / max(1, requests) for name, cpu in spent.items()},
        )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The percentile by nearest rank, of values in ascending order; 0 if there are none."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)] if ordered else 0.0


def within(seconds: float, items: Iterator[Item]) -> Iterator[Item]:
    """The items, until so many seconds from now."""
    deadline = time.perf_counter() + seconds
    return itertools.takewhile(lambda _: time.perf_counter() < deadline, items)


def ticks(watched: Mapping[str, int]) -> dict[str, int]:
    """The processor time of each of these pids with its descendants until now, in clock ticks."""
    return {name: sum(map(procfs.cpu_ticks, procfs.family_of(pid))) for name, pid in watched.items()}
