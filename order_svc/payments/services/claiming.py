"""Claiming what a sweeper is to finish, so that another sweeper gets other things."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from order_svc.payments.models import Payment, PaymentStatus


@transaction.atomic
def claim_cut_off(*, asked_before: datetime, now: datetime, limit: int) -> list[UUID]:
    """The orders whose provider was asked and whose asker has been silent since."""
    silent = Payment.objects.filter(status=PaymentStatus.PROCESSING, processing_since__lt=asked_before)
    claimed = list(silent.select_for_update(skip_locked=True).order_by("processing_since")[:limit])
    Payment.objects.filter(id__in=[payment.id for payment in claimed]).update(processing_since=now)
    return [payment.order_id for payment in claimed]


@transaction.atomic
def claim_refunds(*, now: datetime, limit: int) -> list[Payment]:
    """The payments whose money must go back, the longest untried first."""
    due = Payment.objects.filter(refund_due_since__isnull=False)
    claimed = list(due.select_for_update(skip_locked=True).order_by("refund_due_since")[:limit])
    # To the end of the line, so that what a provider keeps refusing holds up nothing else.
    Payment.objects.filter(id__in=[payment.id for payment in claimed]).update(refund_due_since=now)
    return claimed
