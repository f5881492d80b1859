"""Marking notifications as read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from common.errors import NotFound
from notify_svc.notifications import selectors
from notify_svc.notifications.models import Feed


def read_notification(*, user_id: UUID, notification_id: UUID, now: datetime) -> None:
    """Mark one of a person's notifications as read, if it is not already. Raises NotFound."""
    unread = selectors.notifications_of(user_id=user_id, is_unread=True).filter(id=notification_id)
    if not unread.update(read_at=now) and not selectors.notifications_of(user_id=user_id).filter(id=notification_id):
        raise NotFound


def read_all_notifications(*, user_id: UUID, now: datetime) -> None:
    """Mark all of a person's notifications as read, in one write."""
    some_are_new = Feed.objects.filter(user_id=user_id, read_up_to__lt=F("last_sequence"))
    some_are_new.update(read_up_to=F("last_sequence"), all_read_at=now)
