"""Telling order_svc who was told of which order: many in one fact, so that it costs next to nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from common.events.outbox import publish
from notify_svc.notifications import events, rules
from notify_svc.notifications.models import Notification, UnreportedTelling

# Each order leads here several times.
_NOTE = """
    INSERT INTO notifications_unreportedtelling (order_id, event, audience, channel, at)
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
"""

BATCH = 500
_MOST_BATCHES = 10

Channel = UnreportedTelling.Channel


def report_tellings() -> None:
    """Tell what has gathered, a few thousand at most."""
    for _ in range(_MOST_BATCHES):
        if _report_some() < BATCH:
            return


@transaction.atomic
def _report_some() -> int:
    """Tell one batch, skipping rows that another worker has locked. Returns its size."""
    waiting = UnreportedTelling.objects.select_for_update(skip_locked=True).order_by("id")
    tellings = list(waiting[:BATCH])
    if tellings:
        publish(events.people_told(tellings, batch_id=uuid.uuid4()))
        UnreportedTelling.objects.filter(id__in=[telling.id for telling in tellings]).delete()
    return len(tellings)


def note_written(notifications: Iterable[Notification]) -> None:
    """Note that these notifications were stored."""
    _note((notification, Channel.FEED, notification.created_at) for notification in notifications)


def note_mailed(notifications: Iterable[Notification], *, at: datetime) -> None:
    """Note that the letters of these notifications were sent."""
    _note((notification, Channel.EMAIL, at) for notification in notifications)


def _note(told: Iterable[tuple[Notification, Channel, datetime]]) -> None:
    rows = [
        (notification.data["order_id"], notification.event, notification.audience, channel, at)
        for notification, channel, at in told
        if rules.is_of_order(notification.event)
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [list(column) for column in zip(*rows, strict=True)])
