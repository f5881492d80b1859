"""How far the comparison with each provider has come, read from the database at each scrape."""

from __future__ import annotations

from math import nan

from django.db import Error

from common.observability import metrics
from order_svc.payments import selectors
from order_svc.payments.adapters import PROVIDERS

_AGE = metrics.gauge(
    "opencommerce_payment_comparison_age_seconds",
    "Up to how long ago all charges of a provider are compared with the books: ten minutes or more.",
    "provider",
)


def show_comparisons() -> None:
    """Set the gauges. NaN for what was never compared, or while the database does not answer."""
    try:
        ages = selectors.comparison_ages()
    except Error:  # of which opencommerce_database_up tells
        ages = {}
    for provider in PROVIDERS:
        _AGE.labels(provider).set(ages[provider].total_seconds() if provider in ages else nan)
