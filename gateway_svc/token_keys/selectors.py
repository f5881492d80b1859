"""Reading kept keys."""

from __future__ import annotations

from datetime import datetime

from django.db import connections

from gateway_svc.token_keys.models import KeptKeys


def kept_keys(*, source: str, after: datetime) -> str | None:
    """What was heard there last, if it was not before that. For threads outside a request: the connection is closed
    again.
    """
    try:
        kept = KeptKeys.objects.filter(source=source, heard_at__gte=after).first()
        return kept.document if kept else None
    finally:
        connections.close_all()
