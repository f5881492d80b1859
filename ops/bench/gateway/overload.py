"""Three times as many requests as a service can answer: how many are refused, and how long the others wait.

The requests come at an even pace, whether or not earlier ones were answered (an open loop): a client that waits for
each response would send the fewer requests, the slower the server gets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from ops.bench.load.http import OK
from ops.bench.load.jobs import FloodJob, Pace, PacedJob, Reply, do, paced
from ops.bench.load.watch import percentile

ROUNDS = 2
TIMES = 3.0
_CALM = 0.6
"""The load in quiet times, as a share of the service's capacity."""
_CAPACITY_SECONDS, _CALM_SECONDS, _FLOOD_SECONDS, _AFTER_SECONDS = 2.0, 3.0, 10.0, 10.0
_CONNECTIONS = 8
"""Twice as many as the service has threads, so that it is always busy."""
_AS_BEFORE = 1.25
"""It counts as recovered when the p95 of one second is at most this many times that of the quiet time before."""
_LOOK_SECONDS, _STEP_SECONDS = 1.0, 0.25
_REFUSED = frozenset({"429", "503"})


@dataclass(frozen=True)
class Overload:
    """One flood, between two quiet times."""

    capacity: float
    """Requests a second that the service answers when it is always busy."""
    offered: float
    """The rate of requests in the flood, as a multiple of ``capacity``."""
    answered: float
    """The rate of requests answered in the flood, as a share of ``capacity``."""
    refused: float
    """The share of the flood that was refused."""
    refused_well: float
    """The share of those that were refused with a Retry-After header."""
    p95_before_ms: float
    p95_ms: float
    """Of the requests in the flood that were answered."""
    back_after_seconds: float
    """From the end of the flood until it has recovered; the whole time observed if it did not."""
    late_ms: float
    """The largest delay with which a request was sent: how uneven the load was."""
    errors: Mapping[str, int]
    """How many requests were neither answered nor properly refused, by status."""

    @property
    def p95_ratio(self) -> float:
        """The p95 in the flood, divided by that of the quiet time before."""
        return self.p95_ms / self.p95_before_ms if self.p95_before_ms else inf


def floods(port: int, path: str, headers: Mapping[str, str]) -> Iterator[Overload]:
    """Round after round: a quiet time, a flood, and a quiet time again, at the gateway on this port."""
    capacity = do(
        FloodJob(connections=_CONNECTIONS, seconds=_CAPACITY_SECONDS, watched={}, port=port, path=path, headers=headers)
    ).rate
    calm = _CALM * capacity
    paces = [Pace(calm, _CALM_SECONDS), Pace(TIMES * capacity, _FLOOD_SECONDS), Pace(calm, _AFTER_SECONDS)]
    for _ in range(ROUNDS):
        found = paced(PacedJob(port=port, path=path, headers=headers, paces=paces))
        yield of_replies(found.replies, capacity=capacity, flood_seconds=_FLOOD_SECONDS, late=found.late)


def of_replies(replies: Sequence[Reply], *, capacity: float, flood_seconds: float, late: float) -> Overload:
    """The figures of one round, from its replies."""
    before, flood, after = ([each for each in replies if each.pace == pace] for pace in range(3))
    refused = [each for each in flood if each.status in _REFUSED]
    quiet = _p95(before)
    return Overload(
        capacity=capacity,
        offered=len(flood) / flood_seconds / capacity,
        answered=len(_answered(flood)) / flood_seconds / capacity,
        refused=len(refused) / max(1, len(flood)),
        refused_well=sum(bool(each.retry_after) for each in refused) / max(1, len(refused)),
        p95_before_ms=1000 * quiet,
        p95_ms=1000 * _p95(flood),
        back_after_seconds=_back_after(after, _AS_BEFORE * quiet),
        late_ms=1000 * late,
        errors=_errors(before, flood, after),
    )


def middle(found: Iterable[Overload], name: str) -> float:
    """The median of one figure over the rounds."""
    value: float = median(getattr(each, name) for each in found)
    return value


def _errors(before: Sequence[Reply], flood: Sequence[Reply], after: Sequence[Reply]) -> dict[str, int]:
    """A refusal counts as an error before the flood, but neither in it nor after it, while it drains."""
    wrong = [each.status for each in before if each.status != OK]
    wrong += [each.status for each in (*flood, *after) if each.status != OK and each.status not in _REFUSED]
    return dict(Counter(wrong))


def _back_after(replies: Sequence[Reply], most: float) -> float:
    """The start of the first second in which all requests are answered, with a p95 of at most ``most`` seconds."""
    start, last = 0.0, max((each.after for each in replies), default=0.0)
    while start + _LOOK_SECONDS <= last + _STEP_SECONDS:
        second = [each for each in replies if start <= each.after < start + _LOOK_SECONDS]
        if len(_answered(second)) == len(second) and _p95(second) <= most:
            return start
        start += _STEP_SECONDS
    return _AFTER_SECONDS


def _answered(replies: Iterable[Reply]) -> list[Reply]:
    return [each for each in replies if each.status == OK]


def _p95(replies: Iterable[Reply]) -> float:
    return percentile(sorted(each.took for each in _answered(replies)), 95)
