"""The last step: what a currency's smallest coin does to a total; and how anything is rounded here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Protocol

from common.money import Money
from order_svc.pricing.rules.parts import Part


def half_up(amount: Fraction) -> int:
    """To whole minor units, a half upwards, as tax authorities and shoppers reckon. Exact: no floats."""
    return floor(amount + Fraction(1, 2))


class RoundingRule(Protocol):
    """What becomes of an amount that cannot be paid as it is."""

    def parts(self, amount: Money) -> Iterator[Part]:
        """What is added, or taken away, to make it payable."""


@dataclass(frozen=True)
class NearestMultiple:
    """To the nearest multiple, such as 0.05 for CHF. A currency that is not listed stays exact."""

    steps_minor: Mapping[str, int]

    def parts(self, amount: Money) -> Iterator[Part]:
        """At most one; none for what is a multiple already."""
        step = self.steps_minor.get(amount.currency, 1)
        rounded = half_up(Fraction(amount.minor, step)) * step
        if rounded != amount.minor:
            yield Part(
                rule="nearest_multiple",
                of="total",
                base_minor=amount.minor,
                rate=Money(step, amount.currency).amount(),
                amount_minor=rounded - amount.minor,
            )
