"""Keeping keys."""

from __future__ import annotations

from datetime import datetime

from django.db import connections, transaction

from gateway_svc.token_keys.models import KeptKeys


def keep_keys(*, source: str, document: str, heard_at: datetime, forget_before: datetime) -> None:
    """In place of what was heard there before; what was heard there later stays. For threads outside a request: the
    connection is closed again.
    """
    try:
        _keep(source=source, document=document, heard_at=heard_at)
        KeptKeys.objects.filter(heard_at__lt=forget_before).delete()
    finally:
        connections.close_all()


@transaction.atomic
def _keep(*, source: str, document: str, heard_at: datetime) -> None:
    heard = {"document": document, "heard_at": heard_at}
    _, is_new = KeptKeys.objects.get_or_create(source=source, defaults=heard)
    if not is_new:
        KeptKeys.objects.filter(source=source, heard_at__lt=heard_at).update(**heard)
