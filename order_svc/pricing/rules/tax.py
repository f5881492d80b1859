"""The fourth step: tax, on each line after its discounts, and on shipping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from order_svc.pricing.rules.parts import Part
from order_svc.pricing.rules.rounding import half_up


@dataclass(frozen=True)
class Taxable:
    """Something that is paid for: a SKU, or shipping."""

    of: str
    amount_minor: int


class TaxRule(Protocol):
    """How tax is reckoned."""

    def parts(self, taxables: Sequence[Taxable], *, country: str) -> Iterator[Part]:
        """The tax on each, whole minor units, so that the tax of an order is exactly the sum of what is shown.

        ``country`` is empty where nobody knows yet where it goes.
        """


@dataclass(frozen=True)
class PercentByCountry:
    """One rate a country, on top of prices or already in them. A country that is not listed is not taxed."""

    percents: Mapping[str, Decimal]
    is_included: bool

    def parts(self, taxables: Sequence[Taxable], *, country: str) -> Iterator[Part]:
        """One part for each, rounded half up by itself."""
        percent = self.percents.get(country)
        if not percent:
            return
        rule = "percent_included" if self.is_included else "percent_added"
        share = self._share(Fraction(percent))
        for taxable in taxables:
            yield Part(
                rule=rule,
                of=taxable.of,
                base_minor=taxable.amount_minor,
                rate=f"{percent:f}",
                amount_minor=half_up(taxable.amount_minor * share),
                is_included=self.is_included,
            )

    def _share(self, percent: Fraction) -> Fraction:
        """Which part of an amount is tax: of 119 with 19 percent included, 19/119."""
        return percent / (100 + percent) if self.is_included else percent / 100
