"""The third step: what sending it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from common.money import Money
from order_svc.pricing.rules.parts import Part

SHIPPING = "shipping"


class ShippingRule(Protocol):
    """How sending is charged."""

    def parts(self, goods: Money, *, country: str) -> Iterator[Part]:
        """What it costs to send goods of this worth to a country; to an unknown one where that is empty."""


@dataclass(frozen=True)
class FlatRate:
    """One amount an order, and nothing from some worth on. A currency without a rate ships free."""

    rates_minor: Mapping[str, int]
    free_from_minor: Mapping[str, int]

    def parts(self, goods: Money, *, country: str) -> Iterator[Part]:
        """At most one, the same for all countries."""
        rate = self.rates_minor.get(goods.currency, 0)
        threshold = self.free_from_minor.get(goods.currency)
        if not rate:
            return
        if threshold is not None and goods.minor >= threshold:
            yield _part("free_from", goods, rate=Money(threshold, goods.currency), amount_minor=0)
        else:
            yield _part("flat_rate", goods, rate=Money(rate, goods.currency), amount_minor=rate)


def _part(rule: str, goods: Money, *, rate: Money, amount_minor: int) -> Part:
    return Part(rule=rule, of=SHIPPING, base_minor=goods.minor, rate=rate.amount(), amount_minor=amount_minor)
