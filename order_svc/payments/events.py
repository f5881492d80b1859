"""Payments as facts."""

from __future__ import annotations

from common import contracts

# A notice says that there is news, not which: one is as new as the other.
_ONLY_VERSION = 1


def payment_reported(*, provider: str, key: str, reference: str) -> contracts.PaymentReported:
    """A provider says that something became of a charge."""
    return contracts.PaymentReported(version=_ONLY_VERSION, provider=provider, key=key, reference=reference)
