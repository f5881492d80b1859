"""Opening payments, and noting what became of them."""

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
    """Note what is to be paid, and with what; nobody is asked yet. Raises UnknownProvider."""
    if provider not in PROVIDERS:
        raise errors.UnknownProvider(errors={"payment.provider": ["There is no such payment provider here."]})
    return Payment.objects.create(
        order_id=order_id, provider=provider, token=token, amount_minor=amount.minor, currency=amount.currency
    )


def start(*, payment: Payment, now: datetime) -> None:
    """Note that the provider is about to be asked, so that a sweeper finds out should we die meanwhile."""
    payment.start(now=now)
    _save(payment)


def record(*, payment: Payment, charge: Charge) -> None:
    """Note what the provider decided."""
    payment.settle(_STATUSES[charge.state], reference=charge.reference, failure_code=charge.failure_code)
    _save(payment)


def withdraw(*, payment: Payment) -> None:
    """Note that nobody will be asked for the money. Only for a payment that is pending."""
    payment.settle(PaymentStatus.VOIDED)
    _save(payment)


def request_refund(*, payment: Payment, now: datetime) -> None:
    """Note that what was captured must go back, so that a sweeper sees to it should we die before."""
    payment.refund_due_since = now
    _save(payment)


def record_refund(*, payment: Payment) -> None:
    """Note that the money went back."""
    payment.settle(PaymentStatus.REFUNDED)
    _save(payment)


def record_loss(*, payment: Payment) -> None:
    """Note that somebody gave the money back by hand, and the order goes on without it."""
    payment.settle(PaymentStatus.REFUNDED)
    payment.given_back_minor = payment.amount_minor
    _save(payment)


def record_part(*, payment: Payment, given_back_minor: int) -> None:
    """Note that so much of the money was given back by hand, all in all."""
    payment.given_back_minor = given_back_minor
    _save(payment)


def record_failed_refund(*, payment: Payment) -> None:
    """Note that the money that went back has come again: it is ours as before."""
    payment.settle(PaymentStatus.CAPTURED)
    _save(payment)


def _save(payment: Payment) -> None:
    """Of a payment that is locked."""
    payment.touch()
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, [*(getattr(payment, name) for name in _CHANGING), payment.id])
