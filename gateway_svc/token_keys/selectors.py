"""Reading kept keys."""

from __future__ import annotations

from datetime import timedelta

from django.db import connections
from django.db.models.functions import Now

from gateway_svc.token_keys.models import KeptKeys


def kept_keys(*, source: str, life: timedelta) -> str | None:
    """What was heard there last, if no longer ago than that. For threads outside a request: the connection is closed
    again.
    """
    try:
        kept = KeptKeys.objects.filter(source=source, heard_at__gte=Now() - life).first()
        return kept.document if kept else None
    finally:
        connections.close_all()
