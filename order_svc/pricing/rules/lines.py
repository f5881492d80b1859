"""The first step: what is bought."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from common.money import Money
from order_svc.pricing.rules.parts import Part, Sum


@dataclass(frozen=True)
class Line:
    """So many of a SKU, at so much each."""

    sku: str
    quantity: int
    unit_price: Money

    @property
    def total_minor(self) -> int:
        """What all of it costs."""
        return self.unit_price.minor * self.quantity


def sum_of(lines: Iterable[Line]) -> Sum:
    """Each line at its price."""
    return Sum(tuple(_part(line) for line in lines))


def _part(line: Line) -> Part:
    return Part(
        rule="unit_price",
        of=line.sku,
        base_minor=line.unit_price.minor,
        rate=str(line.quantity),
        amount_minor=line.total_minor,
    )
