"""Noting what was read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from common.errors import NotFound
from notify_svc.notifications import selectors
from notify_svc.notifications.models import Feed


def read_notification(*, user_id: UUID, notification_id: UUID, now: datetime) -> None:
    """Note that a person read one of theirs; again is the same. Raises NotFound."""
    unread = selectors.notifications_of(user_id=user_id, is_unread=True).filter(id=notification_id)
    if not unread.update(read_at=now) and not selectors.notifications_of(user_id=user_id).filter(id=notification_id):
        raise NotFound


def read_all_notifications(*, user_id: UUID, now: datetime) -> None:
    """Note that a person read all of theirs, however many there are."""
    some_are_new = Feed.objects.filter(user_id=user_id, read_up_to__lt=F("last_sequence"))
    some_are_new.update(read_up_to=F("last_sequence"), all_read_at=now)
