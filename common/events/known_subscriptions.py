"""Since when this service subscribes to each fact: ``verify`` must not count earlier ones as missed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from common.events.models import KnownSubscription
from common.events.subscriptions import all_subscriptions


@transaction.atomic
def remember_subscriptions(*, now: datetime) -> None:
    """Record new subscriptions, once their queue is bound, and delete those that are gone.

    Those of a service's very first start count from the beginning: facts told meanwhile wait in its queue.
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
