"""Notifications are written down once, in each person's own order."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common import clock
from notify_svc.notifications import rules, services
from notify_svc.notifications.models import Delivery, Feed, Notification
from tests.notify_svc.conftest import UNREACHABLE_REDIS
from tests.notify_svc.factories import (
    HOUSE_SELLER,
    OrderCancelledFactory,
    OrderConfirmedFactory,
    OrderLineFactory,
    ReviewPostedFactory,
    SellerChangedFactory,
    StockLowFactory,
)

pytestmark = pytest.mark.django_db
BUYER = str(uuid.uuid4())
SELLER = str(uuid.uuid4())
NOTHING = dict.fromkeys(rules.CHANNELS, False)


class TestOrderConfirmed:
    def test_tells_the_buyer_and_the_seller(self, hear: Callable[..., bool]) -> None:
        lines = (OrderLineFactory(seller_id=SELLER),)

        hear(OrderConfirmedFactory(customer_id=BUYER, lines=lines))

        told = Notification.objects.values_list("user_id", "audience", "sequence")
        assert set(told) == {(uuid.UUID(BUYER), "buyer", 1), (uuid.UUID(SELLER), "seller", 1)}
        assert Delivery.objects.filter(status="pending").count() == 2

    def test_names_what_it_writes_in_the_order_of_time(self, hear: Callable[..., bool]) -> None:
        hear(OrderConfirmedFactory(customer_id=BUYER))

        assert (Notification.objects.get().id.version, Delivery.objects.get().id.version) == (7, 7)

    def test_tells_once_even_when_told_twice(self, hear: Callable[..., bool]) -> None:
        order = OrderConfirmedFactory(customer_id=BUYER)

        assert hear(order)
        assert hear(order)

        assert Notification.objects.count() == 1
        assert Feed.objects.get().last_sequence == 1

    def test_tells_somebody_who_buys_from_themselves_as_both(self, hear: Callable[..., bool]) -> None:
        hear(OrderConfirmedFactory(customer_id=BUYER, lines=(OrderLineFactory(seller_id=BUYER),)))

        assert list(Notification.objects.order_by("sequence").values_list("audience", flat=True)) == ["buyer", "seller"]

    def test_does_not_need_redis(
        self,
        hear: Callable[..., bool],
        settings: Any,
        caplog: pytest.LogCaptureFixture,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": UNREACHABLE_REDIS}}

        with django_capture_on_commit_callbacks(execute=True):
            hear(OrderConfirmedFactory(customer_id=BUYER))

        assert Notification.objects.count() == 1
        assert "a wake-up is lost: ConnectionError" in caplog.messages


class TestOrderCancelled:
    def test_tells_the_buyer_beside_what_was_told_before(self, hear: Callable[..., bool]) -> None:
        order = OrderConfirmedFactory(customer_id=BUYER)
        hear(order)

        hear(OrderCancelledFactory(customer_id=BUYER, order_id=order.order_id, version=3, reason="customer"))

        assert list(Notification.objects.order_by("sequence").values_list("sequence", "event")) == [
            (1, "orders.order_confirmed.v1"),
            (2, "orders.order_cancelled.v1"),
        ]


class TestReviewPosted:
    def test_tells_the_seller_once_even_when_told_twice(self, hear: Callable[..., bool]) -> None:
        review = ReviewPostedFactory(seller_id=SELLER)

        assert hear(review)
        assert hear(review)

        told = Notification.objects.get()
        assert (str(told.user_id), told.audience, told.sequence) == (SELLER, "seller", 1)
        assert told.event == "reviews.review_posted.v1"
        assert Delivery.objects.get().status == "pending"

    def test_tells_of_each_review(self, hear: Callable[..., bool]) -> None:
        for _ in range(2):
            hear(ReviewPostedFactory(seller_id=SELLER))

        assert Feed.objects.get().last_sequence == 2

    def test_has_nobody_to_tell_where_the_house_sells(self, hear: Callable[..., bool]) -> None:
        assert hear(ReviewPostedFactory(seller_id=HOUSE_SELLER))

        assert not Notification.objects.exists()


class TestSellerChanged:
    def test_tells_the_seller_once_even_when_told_twice(self, hear: Callable[..., bool]) -> None:
        suspended = SellerChangedFactory(seller_id=SELLER)

        assert hear(suspended)
        assert hear(suspended)

        told = Notification.objects.get()
        assert (str(told.user_id), told.audience, told.event) == (SELLER, "seller", "users.seller_changed.v1")
        assert Delivery.objects.get().status == "pending"

    def test_tells_of_each_decision(self, hear: Callable[..., bool]) -> None:
        hear(SellerChangedFactory(seller_id=SELLER, version=3, status="approved", previous_status="suspended"))
        hear(SellerChangedFactory(seller_id=SELLER, version=2))

        assert set(Notification.objects.values_list("data__status", flat=True)) == {"approved", "suspended"}

    def test_tells_also_whoever_wants_to_be_told_of_nothing(self, hear: Callable[..., bool]) -> None:
        services.choose(user_id=uuid.UUID(SELLER), wanted=dict.fromkeys(rules.GROUPS, NOTHING))

        hear(SellerChangedFactory(seller_id=SELLER))

        assert Notification.objects.get().is_live
        assert Delivery.objects.count() == 1


class TestStockLow:
    def test_tells_the_seller_once_even_when_told_twice(self, hear: Callable[..., bool]) -> None:
        low = StockLowFactory(seller_id=SELLER)

        assert hear(low)
        assert hear(low)

        told = Notification.objects.get()
        assert (str(told.user_id), told.audience, told.event) == (SELLER, "seller", "inventory.stock_low.v1")
        assert Delivery.objects.get().status == "pending"

    def test_tells_each_time_it_runs_low(self, hear: Callable[..., bool]) -> None:
        hear(StockLowFactory(seller_id=SELLER, version=9))
        hear(StockLowFactory(seller_id=SELLER, version=7))

        assert Notification.objects.count() == 2

    def test_is_muted_by_itself(self, hear: Callable[..., bool]) -> None:
        services.choose(user_id=uuid.UUID(SELLER), wanted={"stock": NOTHING})

        hear(StockLowFactory(seller_id=SELLER))
        hear(ReviewPostedFactory(seller_id=SELLER))

        assert [told.event for told in Notification.objects.filter(is_live=True)] == ["reviews.review_posted.v1"]
        assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    def test_number_each_feed_without_a_gap(self, in_threads: Callable[..., None]) -> None:
        orders = [OrderConfirmedFactory(customer_id=BUYER) for _ in range(40)]

        in_threads(_tell, orders)

        sequences = Notification.objects.order_by("sequence").values_list("sequence", flat=True)
        assert list(sequences) == list(range(1, 41))

    def test_write_down_the_same_order_once(self, in_threads: Callable[..., None]) -> None:
        order = OrderConfirmedFactory(customer_id=BUYER, lines=(OrderLineFactory(seller_id=SELLER),))

        in_threads(_tell, [order] * 16)

        assert Notification.objects.count() == 2
        assert set(Feed.objects.values_list("last_sequence", flat=True)) == {1}

    def test_between_the_same_two_people_do_not_block_each_other(self, in_threads: Callable[..., None]) -> None:
        there = [
            OrderConfirmedFactory(customer_id=BUYER, lines=(OrderLineFactory(seller_id=SELLER),)) for _ in range(20)
        ]
        back = [
            OrderConfirmedFactory(customer_id=SELLER, lines=(OrderLineFactory(seller_id=BUYER),)) for _ in range(20)
        ]

        in_threads(_tell, [order for pair in zip(there, back, strict=True) for order in pair])

        assert Notification.objects.count() == 80


def _tell(order: Any) -> None:
    services.tell_of_confirmed_order(order=order, now=clock.now())
