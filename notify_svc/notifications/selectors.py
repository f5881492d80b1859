"""Reading notifications, each owned by one person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Case, PositiveBigIntegerField, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from notify_svc.notifications import rules
from notify_svc.notifications.models import Delivery, Feed, Notification

# Raw SQL, since each order leads here.
_AFTER = "SELECT * FROM notifications_notification WHERE user_id = %s AND sequence > %s ORDER BY sequence LIMIT %s"
_WRITTEN_DOWN = """
    SELECT user_id, audience FROM notifications_notification
    WHERE user_id = ANY(%s) AND event = ANY(%s) AND subject_id = ANY(%s)
"""


def notifications_of(*, user_id: UUID, is_unread: bool | None = None) -> QuerySet[Notification]:
    """A person's notifications, each with ``was_read_at``: all, or only the unread or the read ones."""
    feed = Feed.objects.filter(user_id=user_id)
    notifications = with_reading(Notification.objects.filter(user_id=user_id), feed=feed)
    if is_unread is None:
        return notifications
    unread = Q(read_at=None, sequence__gt=_read_up_to(feed))
    return notifications.filter(unread if is_unread else ~unread)


def with_reading(notifications: QuerySet[Notification], *, feed: QuerySet[Feed]) -> QuerySet[Notification]:
    """Adds ``was_read_at``: when each was marked as read, on its own or with all others in its feed."""
    with_others = Case(When(sequence__lte=_read_up_to(feed), then=Subquery(feed.values("all_read_at"))))
    return notifications.annotate(was_read_at=Coalesce("read_at", with_others))


def _read_up_to(feed: QuerySet[Feed]) -> Coalesce:
    return Coalesce(Subquery(feed.values("read_up_to")), Value(0), output_field=PositiveBigIntegerField())


def notifications_after(*, user_id: UUID, sequence: int, limit: int) -> list[Notification]:
    """A person's notifications after a sequence number, in order.

    Sequence numbers become visible in order, since the feed is locked until the commit: none can turn up before those
    already seen.
    """
    return list(Notification.objects.raw(_AFTER, [user_id, sequence, limit]))


def last_sequence_of(*, user_id: UUID) -> int:
    """The last sequence number of a person's notifications; 0 if there are none."""
    return Feed.objects.filter(user_id=user_id).values_list("last_sequence", flat=True).first() or 0


def last_sequences_of(*, user_ids: Collection[UUID]) -> dict[UUID, int]:
    """The last sequence numbers of several people's notifications, without people who have no feed yet."""
    return dict(Feed.objects.filter(user_id__in=user_ids).values_list("user_id", "last_sequence"))


def unread_count_of(*, user_id: UUID) -> int:
    """How many a person has not read."""
    return notifications_of(user_id=user_id, is_unread=True).count()


def written_down(drafts: Collection[rules.Draft]) -> set[tuple[UUID, str]]:
    """The recipients and audiences whose drafts, all of one fact, are stored already."""
    wanted = [list({getattr(draft, name) for draft in drafts}) for name in ("user_id", "event", "subject_id")]
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN_DOWN, wanted)
        return set(cursor.fetchall())


def due_deliveries(*, now: datetime) -> QuerySet[Delivery]:
    """Deliveries that are due, the longest due first."""
    due = Delivery.objects.filter(status=Delivery.Status.PENDING, next_attempt_at__lte=now)
    return due.select_related("notification").order_by("next_attempt_at")


def choices_of(*, user_id: UUID) -> dict[str, dict[str, bool]]:
    """Whether a person is told at once, by group of events and channel; True unless they switched it off."""
    feed = Feed.objects.filter(user_id=user_id).first() or Feed(user_id=user_id)
    return {group: {channel: feed.wants(group, channel) for channel in rules.CHANNELS} for group in rules.GROUPS}
