"""Claiming rows for a sweeper, so that another sweeper gets others.

For an order that is over, and for stray charges, a provider that does not answer or refuses is asked less and less
often: the pause is a tenth of the time that has passed. After an outage of an hour it is asked within minutes; in a
year it is asked some hundred times.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value

from order_svc.payments.models import OpenReport, Payment, PaymentStatus, StrayCharge

Row = TypeVar("Row", Payment, StrayCharge, OpenReport)


@transaction.atomic
def claim_cut_off(*, asked_before: datetime, now: datetime, limit: int) -> list[UUID]:
    """The orders of payments that have been processing since ``asked_before``: their process has probably died."""
    silent = Payment.objects.filter(status=PaymentStatus.PROCESSING, processing_since__lt=asked_before)
    claimed = _claim(silent, since="processing_since", begun="order__settled_at", now=now, limit=limit)
    Payment.objects.filter(id__in=[payment.id for payment in claimed]).update(processing_since=now)
    return [payment.order_id for payment in claimed]


@transaction.atomic
def claim_refunds(*, now: datetime, limit: int) -> list[Payment]:
    """Payments to be refunded, those first that were not tried for the longest time."""
    due = Payment.objects.filter(refund_due_since__isnull=False)
    claimed = _claim(due, since="refund_due_since", begun="order__settled_at", now=now, limit=limit)
    # To the end of the queue, so that refunds which a provider keeps refusing do not hold up others.
    Payment.objects.filter(id__in=[payment.id for payment in claimed]).update(refund_due_since=now)
    return claimed


@transaction.atomic
def claim_strays(*, now: datetime, limit: int) -> list[StrayCharge]:
    """Stray charges to be sent back, those first that were not tried for the longest time."""
    due = StrayCharge.objects.filter(refund_due_since__isnull=False, is_held=False)
    claimed = _claim(due, since="refund_due_since", begun="created_at", now=now, limit=limit)
    StrayCharge.objects.filter(id__in=[stray.id for stray in claimed]).update(refund_due_since=now)
    return claimed


@transaction.atomic
def claim_reports(*, now: datetime, limit: int) -> list[OpenReport]:
    """Reported charges to be asked about, those first that were not asked about for the longest time."""
    claimed = _claim(OpenReport.objects.all(), since="asked_at", begun="reported_at", now=now, limit=limit)
    OpenReport.objects.filter(id__in=[report.pk for report in claimed]).update(asked_at=now)
    return claimed


def _claim(rows: QuerySet[Row], *, since: str, begun: str, now: datetime, limit: int) -> list[Row]:
    pause = ExpressionWrapper((Value(now) - F(begun)) / 10, DurationField())
    is_time = Q(**{begun: None}) | Q(**{f"{since}__lte": Value(now) - pause})
    return list(rows.filter(is_time).select_for_update(skip_locked=True, of=("self",)).order_by(since)[:limit])
