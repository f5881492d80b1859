"""Letting a number of buyers buy at once, and measuring what that costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from ops.bench.load import jobs
from ops.bench.load.jobs import Ordered, OrderJob
from ops.bench.load.watch import TICKS_A_SECOND, ticks
from ops.bench.order import books
from ops.bench.order.calm import wait_for_calm
from ops.bench.order.crowd import ADDRESS, Crowd
from ops.bench.order.figures import Figure, Spent, figure
from ops.bench.order.statements import Statements
from ops.bench.order.yardstick import Pgbench
from ops.bench.stage import Stage
from ops.progress import Say

_WARMING_BUYERS, _WARMING_SECONDS = 4, 2.0
_ONE_A_SECOND = 1.0


class Bench:
    """What all runs have in common."""

    def __init__(self, stage: Stage, crowd: Crowd, *, seconds: float, say: Say) -> None:
        self._stage = stage
        self._crowd = crowd
        self._seconds = seconds
        self._say = say
        say("filling pgbench's tables")
        self._pgbench = Pgbench(stage, branches=len(crowd.buyers))
        self._statements = Statements(stage)

    def measure(self, counts: Sequence[int]) -> Iterator[Figure]:
        """One buyer who places an order a second; then each number of buyers, who order as fast as they can."""
        self._say("warming up")
        self._order("warming up", min(_WARMING_BUYERS, len(self._crowd.buyers)), seconds=_WARMING_SECONDS)
        yield self._run("one a second", 1, pause_seconds=_ONE_A_SECOND)
        for count in counts:
            yield self._run(f"{count} at once", count)

    def _run(self, asked: str, buyers: int, *, pause_seconds: float = 0.0) -> Figure:
        yardstick = None
        if not pause_seconds:
            self._say(f"pgbench, {asked}")
            yardstick = self._pgbench.rate(clients=buyers, seconds=self._seconds)
        ordered = self._order(asked, buyers, seconds=self._seconds, pause_seconds=pause_seconds)
        spent = self._spent(ordered)
        ids = [placed.order_id for placed in ordered.placed]
        lives = books.lives(self._stage, ids, since=ordered.began_at)
        return figure(asked, ordered, lives, spent, buyers=buyers, seconds=self._seconds, yardstick=yardstick)

    def _order(self, asked: str, buyers: int, *, seconds: float, pause_seconds: float = 0.0) -> Ordered:
        self._say(f"{asked}, when nothing else is under way")
        job = OrderJob(
            port=urlsplit(self._stage.platform.url).port or 80,
            seconds=seconds,
            buyers=[buyer.renew() for buyer in self._crowd.buyers[:buyers]],
            skus=self._crowd.skus,
            address=ADDRESS,
            watched=self._stage.roots(),
            pause_seconds=pause_seconds,
        )
        wait_for_calm(self._stage, say=self._say)
        self._say(f"{asked}, for {seconds:.0f} s")
        self._statements.begin()
        return jobs.order(job)

    def _spent(self, ordered: Ordered) -> Spent:
        left = wait_for_calm(self._stage, say=self._say)
        before, after = ordered.ticks_before, ticks(self._stage.roots())
        cpu = {name: (after[name] - before.get(name, 0)) / TICKS_A_SECOND for name in after}
        return Spent(
            cpu_seconds={**cpu, "load": ordered.cpu_seconds},
            statements=self._statements.counted(),
            traffic=books.traffic(self._stage, since=ordered.began_at),
            left=left,
        )


def as_json(seen: Figure) -> dict[str, Any]:
    """A figure as plain data, with the costs of each order."""
    cpu = {name: 1000 * seen.each(seconds) for name, seconds in seen.spent.cpu_seconds.items()}
    return {
        "asked": seen.asked,
        "buyers": seen.buyers,
        "orders": seen.orders,
        "placed_per_second": seen.placed_rate,
        "settled_per_second": seen.settled_rate,
        "pgbench_per_second": seen.yardstick,
        "of_pgbench": seen.share,
        "legs": {name: {"p50_ms": leg.p50_ms, "p99_ms": leg.p99_ms} for name, leg in seen.legs.items()},
        "errors": dict(seen.errors),
        "left_on_its_way": seen.spent.left,
        "an_order": {
            "cpu_ms": cpu,
            "told": {name: seen.each(traffic.told) for name, traffic in seen.spent.traffic.items()},
            "heard": {name: seen.each(traffic.heard) for name, traffic in seen.spent.traffic.items()},
            "statements": [
                {
                    "service": statement.service,
                    "query": statement.query,
                    "calls": seen.each(statement.calls),
                    "ms": seen.each(statement.milliseconds),
                }
                for statement in seen.spent.statements
            ],
        },
    }
