"""Keeping in mind what a provider reported while it did not answer."""

from __future__ import annotations

from datetime import datetime

from order_svc.payments.models import OpenReport


def keep_report(*, provider: str, key: str, reference: str, now: datetime) -> None:
    """See to it that a sweeper asks again; once, however often it is reported."""
    report = OpenReport(provider=provider, key=key, reference=reference, reported_at=now, asked_at=now)
    OpenReport.objects.bulk_create([report], ignore_conflicts=True)


def close_report(*, report: OpenReport) -> None:
    """It was answered."""
    report.delete()
