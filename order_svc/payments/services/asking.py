"""Asking the provider, outside every transaction. All of it may be repeated, and raises ProviderUnavailable.

A free order is nobody's business but ours: it is paid without asking.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from order_svc.payments import errors
from order_svc.payments.adapters import PROVIDERS, provider_named
from order_svc.payments.adapters.provider import Bill, Charge, ChargeState, ProviderUnavailable
from order_svc.payments.models import Payment

FREE = "free"


def authorise(*, payment: Payment) -> Charge:
    """Have the money held."""
    if not payment.amount_minor:
        return _free(payment, ChargeState.AUTHORISED)
    with _asked("authorise"):
        return provider_named(payment.provider).authorise(_bill(payment))


def capture(*, payment: Payment, charge: Charge) -> Charge:
    """Take the money that is held."""
    if charge.reference == FREE:
        return replace(charge, state=ChargeState.CAPTURED)
    with _asked("capture"):
        return provider_named(payment.provider).capture(charge.reference)


def void(*, payment: Payment) -> Charge:
    """Let the money go, and see to it that it is never taken; what was taken before stays taken."""
    if not payment.amount_minor:
        return _free(payment, ChargeState.VOIDED)
    with _asked("void"):
        return provider_named(payment.provider).void(_bill(payment))


def refund(*, payment: Payment) -> Charge:
    """Give the money back."""
    if payment.provider_reference == FREE:
        return _free(payment, ChargeState.REFUNDED)
    with _asked("refund"):
        return provider_named(payment.provider).refund(payment.provider_reference)


def look_up(*, provider: str, reference: str) -> Charge | None:
    """What the provider knows of a charge."""
    return provider_named(provider).look_up(reference)


@contextmanager
def for_somebody(*, provider: str) -> Iterator[None]:
    """Asking while a person waits, who is told why there is no answer. Raises UnknownProvider, ProviderSilent."""
    if provider not in PROVIDERS:
        raise errors.UnknownProvider(f"The provider {provider} is switched off.")
    try:
        yield
    except ProviderUnavailable as error:
        raise errors.ProviderSilent(reason=str(error)) from error


@contextmanager
def _asked(call: str) -> Iterator[None]:
    """Whoever hears that there was no answer hears to what."""
    try:
        yield
    except ProviderUnavailable as error:
        error.args = (f"{call}: {error}",)
        raise


def _bill(payment: Payment) -> Bill:
    return Bill(key=payment.idempotency_key, token=payment.token, amount=payment.amount, opened_at=payment.created_at)


def _free(payment: Payment, state: ChargeState) -> Charge:
    return Charge(reference=FREE, state=state, amount=payment.amount)
