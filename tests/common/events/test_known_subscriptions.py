"""Since when a service must have heard what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from common.contracts import OrderPlaced, ReviewPosted
from common.events import subscriptions
from common.events.known_subscriptions import remember_subscriptions
from common.events.models import KnownSubscription
from common.events.subscriptions import Subscription

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


def hear_order(_fact: object) -> None: ...


def hear_review(_fact: object) -> None: ...


ORDERS = Subscription(OrderPlaced, hear_order, outside=False)
REVIEWS = Subscription(ReviewPosted, hear_review, outside=False)


@pytest.fixture
def reacts_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def declare(*declared: Subscription) -> None:
        by_name = {subscription.contract.name: subscription for subscription in declared}
        monkeypatch.setattr(subscriptions, "_subscriptions", by_name)

    return declare


def known() -> dict[str, datetime | None]:
    return dict(KnownSubscription.objects.values_list("handler", "since"))


class TestRememberSubscriptions:
    def test_takes_those_of_a_new_service_to_be_there_from_the_beginning(self, reacts_to: Callable[..., None]) -> None:
        reacts_to(ORDERS, REVIEWS)

        remember_subscriptions(now=NOON)

        assert known() == {"hear_order": None, "hear_review": None}

    def test_begins_with_a_later_one_when_it_comes(self, reacts_to: Callable[..., None]) -> None:
        reacts_to(ORDERS)
        remember_subscriptions(now=NOON)
        reacts_to(ORDERS, REVIEWS)

        remember_subscriptions(now=LATER)

        assert known() == {"hear_order": None, "hear_review": LATER}

    def test_keeps_what_it_noted(self, reacts_to: Callable[..., None]) -> None:
        reacts_to(ORDERS)
        remember_subscriptions(now=NOON)
        reacts_to(ORDERS, REVIEWS)
        remember_subscriptions(now=LATER)

        remember_subscriptions(now=LATER + timedelta(days=1))

        assert known() == {"hear_order": None, "hear_review": LATER}

    def test_begins_anew_with_one_that_was_gone(self, reacts_to: Callable[..., None]) -> None:
        reacts_to(ORDERS, REVIEWS)
        remember_subscriptions(now=NOON)
        reacts_to(ORDERS)
        remember_subscriptions(now=NOON)
        reacts_to(ORDERS, REVIEWS)

        remember_subscriptions(now=LATER)

        assert known()["hear_review"] == LATER
