"""Money: an integer number of a currency's minor units, and its ISO 4217 code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from babel.core import get_global
from babel.numbers import get_currency_precision

MAX_MINOR = 10**12
"""The largest amount taken anywhere: far above any order, far below what a bigint holds when a million are added."""

# What Decimal reads besides (1e2, 1_000, full-width digits) is nobody's way to write a price.
_DECIMAL = re.compile(r"^[+-]?[0-9]+(\.[0-9]+)?\Z")
_CODES = frozenset(get_global("all_currencies"))


class BadMoney(ValueError):
    """What was given is not an amount of a currency."""


@dataclass(frozen=True, order=True)
class Money:
    """An exact amount. Adding two currencies is refused."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: str, currency: str) -> Self:
        """Read a decimal amount such as ``19.99``. Raises BadMoney with a sentence for people."""
        if currency not in _CODES:
            raise BadMoney(f"{currency!r} is not an ISO 4217 currency code.")
        if len(amount) > 32:
            raise BadMoney("The amount is too large.")
        if not _DECIMAL.match(amount):
            raise BadMoney("An amount is a decimal number such as 19.99.")
        value = Decimal(amount)
        if abs(value) > MAX_MINOR:
            raise BadMoney("The amount is too large.")
        minor = value.scaleb(get_currency_precision(currency))
        if minor != minor.to_integral_value():
            raise BadMoney(f"{currency} has {get_currency_precision(currency)} decimal places.")
        if abs(minor) > MAX_MINOR:
            raise BadMoney("The amount is too large.")
        return cls(int(minor), currency)

    def amount(self) -> str:
        """The decimal amount, with as many places as the currency has: ``19.90``."""
        return str(Decimal(self.minor).scaleb(-get_currency_precision(self.currency)))

    def __add__(self, other: Money) -> Money:
        self._require_same_currency(other)
        return Money(self.minor + other.minor, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.minor * quantity, self.currency)

    def __str__(self) -> str:
        return f"{self.amount()} {self.currency}"

    def _require_same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise BadMoney(f"{self.currency} and {other.currency} cannot be added.")
