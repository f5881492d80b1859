"""Since when this service has reacted to what: the facts from before it began are nothing that it missed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from common.events.models import KnownSubscription
from common.events.subscriptions import all_subscriptions


@transaction.atomic
def remember_subscriptions(*, now: datetime) -> None:
    """Note those that are new, once their queue is bound, and drop those that are gone.

    With which a service begins, it has from the beginning: whatever others told meanwhile waits in its queue.
    """
    is_first_time = not KnownSubscription.objects.exists()
    current = [
        KnownSubscription(
            name=subscription.contract.name,
            handler=subscription.handler_name,
            since=None if is_first_time else now,
        )
        for subscription in all_subscriptions()
    ]
    KnownSubscription.objects.exclude(pk__in=[known.pk for known in current]).delete()
    KnownSubscription.objects.bulk_create(current, ignore_conflicts=True)
