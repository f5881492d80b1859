"""Keeping keys. The instants are the database's: the clocks of two gateways may differ."""

from __future__ import annotations

from datetime import timedelta

from django.db import connections, transaction
from django.db.models import Q
from django.db.models.functions import Now

from gateway_svc.token_keys.models import KeptKeys


def keep_keys(*, source: str, document: str, age: timedelta, life: timedelta) -> None:
    """In place of what was asked there before; what was asked there later stays. For threads outside a request: the
    connection is closed again.
    """
    try:
        _keep(source=source, document=document, age=age)
        KeptKeys.objects.filter(heard_at__lt=Now() - life).delete()
    finally:
        connections.close_all()


@transaction.atomic
def _keep(*, source: str, document: str, age: timedelta) -> None:
    heard = {"document": document, "heard_at": Now() - age}
    _, is_new = KeptKeys.objects.get_or_create(source=source, defaults=heard)
    if not is_new:
        is_older_or_nonsense = Q(heard_at__lt=heard["heard_at"]) | Q(heard_at__gt=Now())
        KeptKeys.objects.filter(is_older_or_nonsense, source=source).update(**heard)
