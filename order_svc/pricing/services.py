"""Pricing by the rules that this shop's settings switch on."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from order_svc.pricing import rules
from order_svc.pricing.errors import SeveralCurrencies
from order_svc.pricing.rules import Line, Part, Sum, Totals

__all__ = ["Line", "Part", "SeveralCurrencies", "Sum", "Totals", "price"]


def price(*, lines: Sequence[Line], country: str = "") -> Totals:
    """What at least one line costs; without a country, as far as that does not depend on where it goes.

    Raises SeveralCurrencies and TooExpensive.
    """
    return rules.total_of(lines, country=country, policy=_policy())


def _policy() -> rules.Policy:
    return rules.Policy(
        shipping=rules.FlatRate(settings.SHIPPING_RATES, settings.FREE_SHIPPING_FROM),
        tax=rules.PercentByCountry(settings.TAX_PERCENTS, settings.TAX_IS_INCLUDED),
        rounding=rules.NearestMultiple(settings.TOTALS_ROUNDED_TO),
    )
