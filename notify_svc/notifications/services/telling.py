"""Telling people: stored first, then pushed, then mailed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from common.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderRefunded,
    OrderShipped,
    ReviewPosted,
    SellerChanged,
    StockLow,
)
from common.identity import time_ordered_id
from notify_svc.notifications import rules, selectors
from notify_svc.notifications.adapters import wake_ups
from notify_svc.notifications.models import Delivery, Feed, Notification
from notify_svc.notifications.services import reporting

_LOCK_FEEDS = """
    INSERT INTO notifications_feed AS feed (user_id, last_sequence) SELECT user_id, 0 FROM unnest(%s::uuid[]) AS user_id
    ON CONFLICT (user_id) DO UPDATE SET last_sequence = feed.last_sequence RETURNING *
"""
# Raw SQL, one statement, since every order runs it: building three with the ORM took longer than running them.
_WRITE_DOWN = """
    WITH counted AS (
        UPDATE notifications_feed AS feed SET last_sequence = now.last_sequence
        FROM unnest(%s::uuid[], %s::bigint[]) AS now (user_id, last_sequence) WHERE feed.user_id = now.user_id
    ), mailed AS (
        INSERT INTO notifications_delivery
            (id, notification_id, channel, status, attempts, next_attempt_at, last_error)
        SELECT letter.*, %s, %s, 0, %s, '' FROM unnest(%s::uuid[], %s::uuid[]) AS letter
    )
    INSERT INTO notifications_notification
        (id, user_id, sequence, audience, event, subject_id, title, body, is_live, data, created_at)
    SELECT added.*, %s FROM unnest(
        %s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bool[],
        %s::jsonb[]
    ) AS added
"""
_COLUMNS = ("id", "user_id", "sequence", "audience", "event", "subject_id", "title", "body", "is_live")


def tell_of_confirmed_order(*, order: OrderConfirmed, now: datetime) -> None:
    """Tell the buyer, and each seller of a line."""
    _write_down(rules.drafts_of_confirmed_order(order), now=now)


def tell_of_cancelled_order(*, order: OrderCancelled, now: datetime) -> None:
    """Tell the buyer, and the sellers who were about to send it."""
    _write_down(rules.drafts_of_cancelled_order(order), now=now)


def tell_of_refunded_order(*, order: OrderRefunded, now: datetime) -> None:
    """Tell the buyer."""
    _write_down(rules.drafts_of_refunded_order(order), now=now)


def tell_of_shipped_order(*, order: OrderShipped, now: datetime) -> None:
    """Tell the buyer."""
    _write_down(rules.drafts_of_shipped_order(order), now=now)


def tell_of_delivered_order(*, order: OrderDelivered, now: datetime) -> None:
    """Tell the buyer."""
    _write_down(rules.drafts_of_delivered_order(order), now=now)


def tell_of_posted_review(*, review: ReviewPosted, now: datetime) -> None:
    """Tell the seller."""
    _write_down(rules.drafts_of_posted_review(review), now=now)


def tell_of_changed_seller(*, seller: SellerChanged, now: datetime) -> None:
    """Tell the seller, if they may sell now or may no longer."""
    _write_down(rules.drafts_of_changed_seller(seller), now=now)


def tell_of_low_stock(*, stock: StockLow, now: datetime) -> None:
    """Tell the seller."""
    _write_down(rules.drafts_of_low_stock(stock), now=now)


@transaction.atomic(savepoint=False)
def _write_down(drafts: Collection[rules.Draft], *, now: datetime) -> None:
    """Store the notifications, and what is to be mailed, with as many statements for several people as for one."""
    if not drafts:
        return
    feeds = _lock_feeds({draft.user_id for draft in drafts})
    known = selectors.written_down(drafts)
    new = [draft for draft in drafts if (draft.user_id, draft.audience) not in known]
    if not new:
        return
    added = [_add_to_feed(feeds[draft.user_id], draft, now=now) for draft in new]
    mailed = [
        notification
        for draft, notification in zip(new, added, strict=True)
        if feeds[draft.user_id].wants(rules.group_of(draft), rules.MAIL)
    ]
    _save(feeds.values(), added, mailed, now=now)
    live = {notification.user_id for notification in added if notification.is_live}
    transaction.on_commit(partial(wake_ups.wake, live), robust=True)
    reporting.note_written(added)


def _lock_feeds(user_ids: Iterable[UUID]) -> dict[UUID, Feed]:
    """The feeds of these people, created where there were none, locked in the order of their ids: otherwise two orders
    between the same two people could deadlock.
    """
    return {feed.user_id: feed for feed in Feed.objects.raw(_LOCK_FEEDS, [sorted(user_ids)])}


def _save(
    feeds: Collection[Feed], added: Collection[Notification], mailed: Collection[Notification], *, now: datetime
) -> None:
    """Save the feeds' last sequence numbers, the new notifications, and those of them that are to be mailed."""
    values: list[Any] = [
        [feed.user_id for feed in feeds],
        [feed.last_sequence for feed in feeds],
        Delivery.Channel.EMAIL,
        Delivery.Status.PENDING,
        now,
        [time_ordered_id() for _ in mailed],
        [notification.id for notification in mailed],
        now,
        *([getattr(notification, name) for notification in added] for name in _COLUMNS),
        [Jsonb(notification.data) for notification in added],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_DOWN, values)


def _add_to_feed(feed: Feed, draft: rules.Draft, *, now: datetime) -> Notification:
    feed.last_sequence += 1
    is_live = feed.wants(rules.group_of(draft), rules.LIVE)
    return Notification(**vars(draft), sequence=feed.last_sequence, is_live=is_live, created_at=now)
