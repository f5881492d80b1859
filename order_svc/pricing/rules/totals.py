"""All steps, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import msgspec

from common.money import MAX_MINOR, Money
from order_svc.pricing import errors
from order_svc.pricing.rules.discounts import DiscountRule
from order_svc.pricing.rules.lines import Line, sum_of
from order_svc.pricing.rules.parts import Sum
from order_svc.pricing.rules.rounding import RoundingRule
from order_svc.pricing.rules.shipping import SHIPPING, ShippingRule
from order_svc.pricing.rules.tax import Taxable, TaxRule

NOTHING = Sum()


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The rules of a shop."""

    discounts: tuple[DiscountRule, ...] = ()
    shipping: ShippingRule
    tax: TaxRule
    rounding: RoundingRule


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What each step came to. It is kept with the order, so that it says the same when the rules have changed."""

    currency: str
    lines: Sum
    discounts: Sum = NOTHING
    shipping: Sum = NOTHING
    tax: Sum = NOTHING
    rounding: Sum = NOTHING

    @property
    def steps(self) -> tuple[Sum, ...]:
        """In the order in which they are reckoned."""
        return self.lines, self.discounts, self.shipping, self.tax, self.rounding

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return Money(sum(step.added_minor for step in self.steps), self.currency)

    def data(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def of_lines(cls, lines: Sequence[Line]) -> Self:
        """What at least one line costs, by no rule but that. Raises SeveralCurrencies."""
        return cls(currency=_one_currency(lines), lines=sum_of(lines))

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        """As it was kept."""
        return msgspec.convert(data, cls)


def total_of(lines: Sequence[Line], *, country: str, policy: Policy) -> Totals:
    """What at least one line costs, sent to this country. Raises SeveralCurrencies and TooExpensive."""
    currency = _one_currency(lines)
    goods = sum_of(lines)
    discounts = Sum(tuple(part for rule in policy.discounts for part in rule.parts(lines)))
    worth = Money(goods.added_minor + discounts.added_minor, currency)
    shipping = Sum(tuple(policy.shipping.parts(worth, country=country)))
    tax = Sum(tuple(policy.tax.parts(_taxables(lines, discounts, shipping), country=country)))
    exact = Money(worth.minor + shipping.added_minor + tax.added_minor, currency)
    rounding = Sum(tuple(policy.rounding.parts(exact)))
    totals = Totals(currency=currency, lines=goods, discounts=discounts, shipping=shipping, tax=tax, rounding=rounding)
    if totals.total.minor > MAX_MINOR:
        raise errors.TooExpensive(errors={"items": ["Their total is larger than any that can be paid."]})
    return totals


def _one_currency(lines: Sequence[Line]) -> str:
    currencies = sorted({line.unit_price.currency for line in lines})
    if len(currencies) > 1:
        raise errors.SeveralCurrencies(errors={"items": [f"Their prices are in {' and '.join(currencies)}."]})
    return currencies[0]


def _taxables(lines: Sequence[Line], discounts: Sum, shipping: Sum) -> list[Taxable]:
    off: Counter[str] = Counter()
    for part in discounts.parts:
        off[part.of] += part.amount_minor
    goods = [Taxable(line.sku, line.total_minor + off[line.sku]) for line in lines]
    return goods + [Taxable(SHIPPING, shipping.added_minor)] * bool(shipping.added_minor)
