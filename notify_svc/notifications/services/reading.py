"""Noting what was read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from common.errors import NotFound
from notify_svc.notifications import selectors


def read_notification(*, user_id: UUID, notification_id: UUID, now: datetime) -> None:
    """Note that a person read one of theirs; again is the same. Raises NotFound."""
    notification = selectors.notifications_of(user_id=user_id).filter(id=notification_id)
    if not notification.filter(read_at=None).update(read_at=now) and not notification.exists():
        raise NotFound


def read_all_notifications(*, user_id: UUID, now: datetime) -> None:
    """Note that a person read all of theirs."""
    selectors.notifications_of(user_id=user_id, is_unread=True).update(read_at=now)
