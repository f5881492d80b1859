"""Amounts as Stripe writes them: whole numbers of a unit that is not always ours (docs.stripe.com/currencies)."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import get_currency_precision

from common.money import Money

_USUAL_PLACES = 2
# Krona and Ugandan shilling have none, but are written with two.
_OF_NO_PLACES = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_OF_THREE_PLACES = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])


def to_stripe(money: Money) -> int:
    """An amount as Stripe takes it."""
    return int(Decimal(money.amount()).scaleb(_places(money.currency)))


def from_stripe(amount: int, currency: str) -> Money:
    """An amount that Stripe wrote."""
    currency = currency.upper()
    minor = Decimal(amount).scaleb(get_currency_precision(currency) - _places(currency))
    return Money(int(minor), currency)


def _places(currency: str) -> int:
    if currency in _OF_NO_PLACES:
        return 0
    return 3 if currency in _OF_THREE_PLACES else _USUAL_PLACES
