"""Keeping in mind what a provider reported while it did not answer."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from order_svc.payments.models import OpenReport

_KEEP = """
    INSERT INTO payments_openreport AS known (provider, key, reference, reported_at, asked_at)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (provider, reference) DO UPDATE SET times_reported = known.times_reported + 1
"""


def keep_report(*, provider: str, key: str, reference: str, now: datetime) -> None:
    """See to it that a sweeper asks again; once, however often it is reported."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [provider, key, reference, now, now])


def close_report(*, report: OpenReport) -> None:
    """It was answered, unless it was reported once more since it was claimed: that the answer may not know yet."""
    OpenReport.objects.filter(id=report.pk, times_reported=report.times_reported).delete()
