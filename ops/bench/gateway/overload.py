"""Three times as many requests as a service can answer: who is turned away, and how long the others wait.

The requests come at an even pace, whether or not others were answered (an open loop): who asks again only when they
have an answer would ask the less, the slower it is.
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
"""Of what the service can answer, so much is asked of it on a quiet day."""
_CAPACITY_SECONDS, _CALM_SECONDS, _FLOOD_SECONDS, _AFTER_SECONDS = 2.0, 3.0, 10.0, 10.0
_CONNECTIONS = 8
"""Twice as many as the service has threads: it has always something to do."""
_AS_BEFORE = 1.25
"""The quiet day is back when 95 of a hundred requests of one second take this times what they took before, at most."""
_LOOK_SECONDS, _STEP_SECONDS = 1.0, 0.25
_REFUSED = frozenset({"429", "503"})


@dataclass(frozen=True)
class Overload:
    """One flood, between two quiet times."""

    capacity: float
    """Requests a second that the service answers when it has always something to do."""
    offered: float
    """Times that, in the flood."""
    answered: float
    """Of what it could have answered in the flood."""
    refused: float
    """Of all that came in the flood."""
    refused_well: float
    """Of those, with 429 or 503 and when to come back."""
    p95_before_ms: float
    p95_ms: float
    """Of those in the flood that were answered."""
    back_after_seconds: float
    """From the end of the flood until it is as before; as long as was looked if it never was."""
    late_ms: float
    """How much later than it should have been sent the latest request was: by how much the load was uneven."""
    errors: Mapping[str, int]
    """What was neither answered nor refused, in all."""

    @property
    def p95_ratio(self) -> float:
        """To that of the quiet time."""
        return self.p95_ms / self.p95_before_ms if self.p95_before_ms else inf


def floods(port: int, path: str, headers: Mapping[str, str]) -> Iterator[Overload]:
    """Ask the gateway there, once quiet and then far too much; round after round."""
    capacity = do(
        FloodJob(connections=_CONNECTIONS, seconds=_CAPACITY_SECONDS, watched={}, port=port, path=path, headers=headers)
    ).rate
    calm = _CALM * capacity
    paces = [Pace(calm, _CALM_SECONDS), Pace(TIMES * capacity, _FLOOD_SECONDS), Pace(calm, _AFTER_SECONDS)]
    for _ in range(ROUNDS):
        found = paced(PacedJob(port=port, path=path, headers=headers, paces=paces))
        yield of_replies(found.replies, capacity=capacity, flood_seconds=_FLOOD_SECONDS, late=found.late)


def of_replies(replies: Sequence[Reply], *, capacity: float, flood_seconds: float, late: float) -> Overload:
    """What they come to."""
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
    """Of the rounds."""
    value: float = median(getattr(each, name) for each in found)
    return value


def _errors(before: Sequence[Reply], flood: Sequence[Reply], after: Sequence[Reply]) -> dict[str, int]:
    """Who is refused where there is room for all is one too, but for the moment in which the flood runs off."""
    wrong = [each.status for each in before if each.status != OK]
    wrong += [each.status for each in (*flood, *after) if each.status != OK and each.status not in _REFUSED]
    return dict(Counter(wrong))


def _back_after(replies: Sequence[Reply], most: float) -> float:
    """When a second begins in which all are answered, and in that time."""
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
