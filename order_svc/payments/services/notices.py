"""Webhooks of payment providers: verified and stored here. What happened is found out later, by asking the provider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from common.errors import NotFound
from common.events.outbox import publish
from order_svc.payments import errors, events, selectors
from order_svc.payments.adapters import PROVIDERS
from order_svc.payments.adapters.provider import ForgedNotice, Notice
from order_svc.payments.models import ReceivedNotice

KEPT_FOR = timedelta(days=30)
"""Far longer than any provider repeats a webhook. A deleted one that comes again does no harm."""


def receive_notice(*, provider: str, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
    """Accept a webhook, once however often it comes. Raises NotFound for an unknown provider, and BadSignature."""
    if provider not in PROVIDERS:
        raise NotFound
    try:
        notice = PROVIDERS[provider].read_notice(body=body, headers=headers, now=now)
    except ForgedNotice as error:
        raise errors.BadSignature(reason=str(error)) from None
    if notice is not None and _is_ours(provider, notice):
        _take(provider, notice, now=now)


def forget_old_notices(*, now: datetime) -> int:
    """Delete the ids of webhooks older than ``KEPT_FOR``. Returns how many."""
    return ReceivedNotice.objects.filter(received_at__lt=now - KEPT_FOR).delete()[0]


def _is_ours(provider: str, notice: Notice) -> bool:
    """A webhook that names no payment may belong to another shop with the same account at the provider."""
    return notice.key is not None or bool(selectors.payment_charged(provider=provider, reference=notice.reference))


@transaction.atomic
def _take(provider: str, notice: Notice, *, now: datetime) -> None:
    received = ReceivedNotice(provider=provider, notice_id=notice.id, received_at=now)
    if ReceivedNotice.objects.filter(pk=received.pk).exists():
        return
    # A simultaneous duplicate may publish a second fact, whose handler finds nothing left to do.
    ReceivedNotice.objects.bulk_create([received], ignore_conflicts=True)
    publish(events.payment_reported(provider=provider, key=notice.key or "", reference=notice.reference))
