"""When stock suffices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from common.contracts import OrderLine, Shortage
from product_svc.inventory import errors

MAX_DELTA = 1_000_000
MAX_REASON = 200
LOW_AT = 5
"""From how many on a seller is warned who never said."""


def wanted_by(lines: Iterable[OrderLine]) -> dict[str, int]:
    """How many of each SKU an order wants, however many lines name it."""
    wanted: Counter[str] = Counter()
    for line in lines:
        wanted[line.sku] += line.quantity
    return dict(wanted)


def shortages(wanted: Mapping[str, int], available: Mapping[str, int]) -> tuple[Shortage, ...]:
    """What is missing; of a SKU that nobody knows there is nothing."""
    return tuple(
        Shortage(sku=sku, wanted=quantity, available=available.get(sku, 0))
        for sku, quantity in wanted.items()
        if quantity > available.get(sku, 0)
    )


def has_run_low(*, before: int, now: int, low_at: int) -> bool:
    """Whether its seller is to be warned: once when it sinks to their mark, once more when nothing is left."""
    return any(now <= mark < before for mark in (low_at, 0))


def require_cover(*, on_hand: int, reserved: int, delta: int) -> None:
    """What is put aside for orders must stay."""
    if on_hand + delta < reserved:
        raise errors.InsufficientStock(
            f"At most {on_hand - reserved} can be taken out: of {on_hand}, {reserved} are put aside for orders."
        )
