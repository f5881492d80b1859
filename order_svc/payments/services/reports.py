"""Reports of charges (webhooks) that have to be asked about again, because the provider did not answer."""

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
    """Have a sweeper ask again. One row for each charge, however often it is reported."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [provider, key, reference, now, now])


def close_report(*, report: OpenReport) -> None:
    """Delete an answered report, unless the charge was reported again meanwhile: the answer may be older than that."""
    OpenReport.objects.filter(id=report.pk, times_reported=report.times_reported).delete()
