"""Telling people: stored first, then pushed, then mailed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from functools import partial

from django.db import transaction

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
from notify_svc.notifications import rules
from notify_svc.notifications.adapters import wake_ups
from notify_svc.notifications.models import Delivery, Feed, Notification
from notify_svc.notifications.services import reporting


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


@transaction.atomic
def _write_down(drafts: Iterable[rules.Draft], *, now: datetime) -> None:
    # Feeds are locked in one order, or two orders between the same two people could wait for each other.
    in_order = sorted(drafts, key=lambda draft: (draft.user_id, draft.audience))
    added = [notification for draft in in_order if (notification := _add_to_feed(draft, now=now))]
    reporting.note_written(added)


def _add_to_feed(draft: rules.Draft, *, now: datetime) -> Notification | None:
    feed, _ = Feed.objects.select_for_update().get_or_create(user_id=draft.user_id)
    if _is_written_down(draft):
        return None
    feed.last_sequence += 1
    feed.save(update_fields=["last_sequence"])
    group = rules.group_of(draft)
    is_live = feed.wants(group, rules.LIVE)
    notification = Notification.objects.create(
        **asdict(draft), sequence=feed.last_sequence, is_live=is_live, created_at=now
    )
    if feed.wants(group, rules.MAIL):
        Delivery.objects.create(notification=notification, channel=Delivery.Channel.EMAIL, next_attempt_at=now)
    if is_live:
        transaction.on_commit(partial(wake_ups.wake, draft.user_id), robust=True)
    return notification


def _is_written_down(draft: rules.Draft) -> bool:
    return Notification.objects.filter(
        user_id=draft.user_id, event=draft.event, subject_id=draft.subject_id, audience=draft.audience
    ).exists()
