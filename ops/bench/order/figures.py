"""The figures of one run of buyers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ops.bench.load.jobs import Ordered, Placed
from ops.bench.load.watch import percentile
from ops.bench.order.books import Life, Traffic
from ops.bench.order.statements import Statement

LEGS = ("answered", "placed → confirmed", "confirmed → live", "placed → live")
NEVER_CONFIRMED = "never confirmed"


@dataclass(frozen=True)
class Leg:
    """How long one part of an order's way took."""

    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Spent:
    """What a run cost altogether."""

    cpu_seconds: Mapping[str, float]
    """By process; the load's own as ``load``."""
    traffic: Mapping[str, Traffic]
    """By service."""
    statements: Sequence[Statement]
    left: int
    """How much of its work was still under way when the other figures were read."""


@dataclass(frozen=True)
class Figure:
    """The figures of a number of simultaneous buyers."""

    asked: str
    buyers: int
    orders: int
    placed_rate: float
    settled_rate: float
    legs: Mapping[str, Leg]
    errors: Mapping[str, int]
    spent: Spent
    yardstick: float | None = field(default=None)
    """Transactions a second of pgbench with as many clients."""

    @property
    def failed(self) -> int:
        """How many errors there were."""
        return sum(self.errors.values())

    def each(self, amount: float) -> float:
        """A total, divided by the number of orders."""
        return amount / max(1, self.orders)

    @property
    def share(self) -> float | None:
        """Orders settled for each transaction of pgbench."""
        return self.settled_rate / self.yardstick if self.yardstick else None


def figure(
    asked: str,
    ordered: Ordered,
    lives: Mapping[str, Life],
    spent: Spent,
    *,
    buyers: int,
    seconds: float,
    yardstick: float | None,
) -> Figure:
    """Rates count only the seconds during which orders were placed; what ended later counts only for the legs."""
    until = ordered.began_at + seconds
    confirmed = [life.confirmed_at for life in lives.values() if life.confirmed_at is not None]
    return Figure(
        asked=asked,
        buyers=buyers,
        orders=len(ordered.placed),
        placed_rate=sum(placed.answered_at <= until for placed in ordered.placed) / seconds,
        settled_rate=sum(moment <= until for moment in confirmed) / seconds,
        legs=_legs(ordered.placed, lives),
        errors=_errors(ordered, lives),
        spent=spent,
        yardstick=yardstick,
    )


def _legs(orders: Iterable[Placed], lives: Mapping[str, Life]) -> dict[str, Leg]:
    taken: dict[str, list[float]] = {leg: [] for leg in LEGS}
    for placed in orders:
        life = lives.get(placed.order_id)
        taken["answered"].append(placed.answered_at - placed.sent_at)
        if life and life.confirmed_at is not None:
            taken["placed → confirmed"].append(life.confirmed_at - life.placed_at)
            if placed.live_at is not None:
                taken["confirmed → live"].append(placed.live_at - life.confirmed_at)
        if placed.live_at is not None:
            taken["placed → live"].append(placed.live_at - placed.sent_at)
    return {leg: _leg(sorted(seconds)) for leg, seconds in taken.items()}


def _leg(ordered: Sequence[float]) -> Leg:
    return Leg(percentile(ordered, 50) * 1000, percentile(ordered, 99) * 1000)


def _errors(ordered: Ordered, lives: Mapping[str, Life]) -> dict[str, int]:
    """Errors that the buyers saw, and orders that did not end as they should, by kind."""
    errors = Counter(ordered.errors)
    for placed in ordered.placed:
        life = lives.get(placed.order_id)
        if life is None or life.confirmed_at is None:
            errors[life.status if life and life.status == "cancelled" else NEVER_CONFIRMED] += 1
    return dict(errors)
