"""Opening payments, asking the provider about them, and noting what it said."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from common.money import Money
from order_svc.payments import errors
from order_svc.payments.adapters import PROVIDERS
from order_svc.payments.adapters.provider import Charge, ProviderUnavailable
from order_svc.payments.models import Payment, PaymentStatus

__all__ = [
    "Charge",
    "Payment",
    "ProviderUnavailable",
    "charge",
    "claim_cut_off",
    "claim_refunds",
    "look_up",
    "open_payment",
    "record",
    "record_refund",
    "refund",
    "request_refund",
    "start",
    "void",
]


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
    payment.save(update_fields=["status", "processing_since", "attempts", "updated_at"])


def charge(*, payment: Payment) -> Charge:
    """Take the money. Nothing is asked for a free order. Raises ProviderUnavailable: ask again."""
    if not payment.amount_minor:
        return Charge(reference="free")
    return PROVIDERS[payment.provider].charge(
        idempotency_key=payment.idempotency_key,
        token=payment.token,
        amount=payment.amount,
        timeout_seconds=settings.PROVIDER_TIMEOUT_SECONDS,
    )


def look_up(*, payment: Payment) -> Charge | None:
    """What became of the charge, if there was one; nothing is charged. Raises ProviderUnavailable."""
    return PROVIDERS[payment.provider].look_up(
        idempotency_key=payment.idempotency_key, timeout_seconds=settings.PROVIDER_TIMEOUT_SECONDS
    )


def refund(*, payment: Payment) -> None:
    """Give the money back. Raises ProviderUnavailable."""
    PROVIDERS[payment.provider].refund(
        idempotency_key=payment.idempotency_key, timeout_seconds=settings.PROVIDER_TIMEOUT_SECONDS
    )


def record(*, payment: Payment, charge: Charge) -> None:
    """Note the provider's answer: captured or declined."""
    status = PaymentStatus.DECLINED if charge.is_declined else PaymentStatus.CAPTURED
    payment.settle(status, reference=charge.reference, failure_code=charge.failure_code)
    _save_settled(payment)


def request_refund(*, payment: Payment, now: datetime) -> None:
    """Note that what was captured must go back, so that a sweeper sees to it should we die before."""
    payment.refund_due_since = now
    payment.save(update_fields=["refund_due_since", "updated_at"])


def void(*, payment: Payment) -> None:
    """Note that no money was taken, and none will be."""
    payment.settle(PaymentStatus.VOIDED)
    _save_settled(payment)


def record_refund(*, payment: Payment) -> None:
    """Note that the money went back."""
    payment.settle(PaymentStatus.REFUNDED)
    _save_settled(payment)


@transaction.atomic
def claim_cut_off(*, asked_before: datetime, now: datetime, limit: int) -> list[UUID]:
    """The orders whose provider was asked and whose asker has been silent since; another sweeper gets others."""
    silent = Payment.objects.filter(status=PaymentStatus.PROCESSING, processing_since__lt=asked_before)
    claimed = list(silent.select_for_update(skip_locked=True).order_by("processing_since")[:limit])
    Payment.objects.filter(id__in=[payment.id for payment in claimed]).update(processing_since=now)
    return [payment.order_id for payment in claimed]


@transaction.atomic
def claim_refunds(*, now: datetime, limit: int) -> list[Payment]:
    """The payments whose money must go back, the longest untried first; another sweeper gets others."""
    due = Payment.objects.filter(refund_due_since__isnull=False)
    claimed = list(due.select_for_update(skip_locked=True).order_by("refund_due_since")[:limit])
    # To the end of the line, so that what a provider keeps refusing holds up nothing else.
    Payment.objects.filter(id__in=[payment.id for payment in claimed]).update(refund_due_since=now)
    return claimed


def _save_settled(payment: Payment) -> None:
    payment.save(
        update_fields=[
            "status",
            "processing_since",
            "refund_due_since",
            "provider_reference",
            "failure_code",
            "updated_at",
        ]
    )
