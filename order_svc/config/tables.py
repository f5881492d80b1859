"""Settings that are small tables: ``EUR=4.90,CHF=6.50``."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.core.exceptions import ImproperlyConfigured

from common.money import BadMoney, Money
from common.settings import env


def amounts(name: str) -> dict[str, int]:
    """Positive amounts in minor units, by currency."""
    try:
        minor = {currency: Money.parse(amount, currency).minor for currency, amount in _entries(name).items()}
    except BadMoney as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None
    if not all(amount > 0 for amount in minor.values()):
        raise ImproperlyConfigured(f"{name} takes amounts above zero; leave out what costs nothing.")
    return minor


def percents(name: str) -> dict[str, Decimal]:
    """Percentages from 0 to 100, by country."""
    try:
        rates = {country: Decimal(percent) for country, percent in _entries(name).items()}
    except InvalidOperation:
        raise ImproperlyConfigured(f"{name} takes percentages by country, such as DE=19,GB=20.") from None
    if not all(rate.is_finite() and 0 <= rate <= 100 for rate in rates.values()):
        raise ImproperlyConfigured(f"{name} takes percentages from 0 to 100.")
    return rates


def _entries(name: str) -> dict[str, str]:
    entries = [entry.partition("=") for entry in env.optional(name).split(",") if entry.strip()]
    return {key.strip(): value.strip() for key, _, value in entries}
