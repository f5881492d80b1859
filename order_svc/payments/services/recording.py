"""Opening payments, and recording what happens to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from common.money import Money
from order_svc.payments import errors
from order_svc.payments.adapters import PROVIDERS
from order_svc.payments.adapters.provider import Charge, ChargeState
from order_svc.payments.models import Payment, PaymentStatus

# What may become another in a payment; written out, since each order leads here twice.
_SAVE = """
    UPDATE payments_payment SET status = %s, failure_code = %s, provider_reference = %s, attempts = %s,
        processing_since = %s, refund_due_since = %s, given_back_minor = %s, updated_at = %s
    WHERE id = %s
"""
_CHANGING = (
    "status",
    "failure_code",
    "provider_reference",
    "attempts",
    "processing_since",
    "refund_due_since",
    "given_back_minor",
    "updated_at",
)
_STATUSES = {
    ChargeState.CAPTURED: PaymentStatus.CAPTURED,
    ChargeState.DECLINED: PaymentStatus.DECLINED,
    ChargeState.VOIDED: PaymentStatus.VOIDED,
    ChargeState.REFUNDING: PaymentStatus.REFUNDED,  # nobody is told that yet, and should it fail it is noted again
    ChargeState.REFUNDED: PaymentStatus.REFUNDED,
}


def open_payment(*, order_id: UUID, provider: str, token: str, amount: Money) -> Payment:
    """Create the payment of an order, without asking the provider yet. Raises UnknownProvider."""
    if provider not in PROVIDERS:
        raise errors.UnknownProvider(errors={"payment.provider": ["There is no such payment provider here."]})
    return Payment.objects.create(
        order_id=order_id, provider=provider, token=token, amount_minor=amount.minor, currency=amount.currency
    )


def start(*, payment: Payment, now: datetime) -> None:
    """Record that the provider is about to be asked, so that a sweeper takes over if this process dies."""
    payment.start(now=now)
    _save(payment)


def record(*, payment: Payment, charge: Charge) -> None:
    """Record what the provider decided."""
    payment.settle(_STATUSES[charge.state], reference=charge.reference, failure_code=charge.failure_code)
    _save(payment)


def withdraw(*, payment: Payment) -> None:
    """Record that the provider will not be asked at all. Only for a payment that is pending."""
    payment.settle(PaymentStatus.VOIDED)
    _save(payment)


def request_refund(*, payment: Payment, now: datetime) -> None:
    """Record that a captured payment must be refunded, so that a sweeper takes over if this process dies."""
    payment.refund_due_since = now
    _save(payment)


def record_refund(*, payment: Payment) -> None:
    """Record that the payment was refunded."""
    payment.settle(PaymentStatus.REFUNDED)
    _save(payment)


def record_loss(*, payment: Payment) -> None:
    """Record that somebody refunded the payment by hand, and the order goes on unpaid."""
    payment.settle(PaymentStatus.REFUNDED)
    payment.given_back_minor = payment.amount_minor
    _save(payment)


def record_part(*, payment: Payment, given_back_minor: int) -> None:
    """Record how much of the payment was refunded by hand, in all."""
    payment.given_back_minor = given_back_minor
    _save(payment)


def record_failed_refund(*, payment: Payment) -> None:
    """Record that a refund failed: the money is ours as before."""
    payment.settle(PaymentStatus.CAPTURED)
    _save(payment)


def _save(payment: Payment) -> None:
    """Save the payment, whose lock the caller holds."""
    payment.touch()
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, [*(getattr(payment, name) for name in _CHANGING), payment.id])
