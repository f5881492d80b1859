"""Calls to the provider, outside any transaction. All of them may be repeated, and may raise ProviderUnavailable.

A free order counts as paid without any call.
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
    """Hold the money."""
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
    """Release the money, and make sure that it is never captured. What was captured before stays captured."""
    if not payment.amount_minor:
        return _free(payment, ChargeState.VOIDED)
    with _asked("void"):
        return provider_named(payment.provider).void(_bill(payment))


def refund(*, payment: Payment) -> Charge:
    """Refund the payment."""
    if payment.provider_reference == FREE:
        return _free(payment, ChargeState.REFUNDED)
    with _asked("refund"):
        return provider_named(payment.provider).refund(payment.provider_reference)


def look_up(*, provider: str, reference: str) -> Charge | None:
    """The charge as the provider has it; None if it does not know it, or has not decided yet."""
    return provider_named(provider).look_up(reference)


@contextmanager
def for_somebody(*, provider: str) -> Iterator[None]:
    """For calls that a person waits for: failures say why. Raises UnknownProvider, ProviderSilent."""
    if provider not in PROVIDERS:
        raise errors.UnknownProvider(f"The provider {provider} is switched off.")
    try:
        yield
    except ProviderUnavailable as error:
        raise errors.ProviderSilent(reason=str(error)) from error


@contextmanager
def _asked(call: str) -> Iterator[None]:
    """Put the name of the call into the error."""
    try:
        yield
    except ProviderUnavailable as error:
        error.args = (f"{call}: {error}",)
        raise


def _bill(payment: Payment) -> Bill:
    return Bill(key=payment.idempotency_key, token=payment.token, amount=payment.amount, opened_at=payment.created_at)


def _free(payment: Payment, state: ChargeState) -> Charge:
    return Charge(reference=FREE, state=state, amount=payment.amount)
