"""What a time line says of the provider's calls: what was answered, what was not, and no more than was known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from common import clock
from common.contracts import RefundRequested, StockReserved
from common.events.subscriptions import TryAgainLater
from order_svc.orders import services
from order_svc.orders.models import Order
from order_svc.orders.services.settling import expire_order
from order_svc.payments.models import Payment
from tests.order_svc.factories import Somebody, placed_order
from tests.order_svc.providers import Interrupted, be_away

pytestmark = pytest.mark.django_db(transaction=True)

Hear = Callable[..., bool]

NOT_KNOWN = "(whether any money was held is not known)"


def reserved(order: Order) -> StockReserved:
    return StockReserved(version=1, order_id=str(order.id))


def told_of(order: Order) -> list[tuple[str, str]]:
    """What its time line says after the reservation, in short."""
    said = [(event.fact.split(".")[1], event.detail) for event in order.events.all()]
    return said[2:]


def reference_of(order: Order) -> str:
    return Payment.objects.get(order_id=order.id).provider_reference


def expire(order: Order) -> None:
    expire_order(order_id=order.id, now=clock.now())


class TestSilence:
    @pytest.mark.parametrize("call", ["authorise", "capture"])
    def test_says_which_call_was_not_answered(self, hear: Hear, provider: Interrupted, call: str) -> None:
        order = placed_order()
        provider.before[call] = be_away

        with pytest.raises(TryAgainLater):
            hear(reserved(order))

        assert told_of(order)[-1] == ("provider_unanswered", f"{call}: nobody answers")

    def test_stands_for_each_refund_that_nobody_took(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        hear(reserved(order))
        services.cancel_order(person=Somebody(order.customer_id), order_id=order.id, now=clock.now())
        provider.before["refund"] = be_away
        with pytest.raises(TryAgainLater):
            hear(RefundRequested(version=1, order_id=str(order.id)))
        services.refund_unwanted_payments(now=clock.now())
        provider.before.clear()

        services.refund_unwanted_payments(now=clock.now() + timedelta(hours=1))

        assert told_of(order)[-5:] == [
            ("order_cancelled", "customer"),
            ("provider_unanswered", "refund: nobody answers"),
            ("provider_unanswered", "refund: nobody answers"),
            ("payment_refunded", "25.00 USD"),
            ("order_refunded", "25.00 USD"),
        ]

    def test_stands_for_a_void_after_the_order_ended(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        provider.before["authorise"] = lambda: [expire(order), be_away()]
        provider.before["void"] = be_away
        with pytest.raises(TryAgainLater):
            hear(reserved(order))

        services.resume_payments(now=clock.now() + timedelta(minutes=1))

        assert told_of(order) == [
            ("order_cancelled", "expired"),
            ("provider_unanswered", "authorise: nobody answers"),
            ("provider_unanswered", "void: nobody answers"),
        ]

    def test_comes_ever_more_rarely_from_a_provider_that_never_takes_a_refund(
        self, hear: Hear, provider: Interrupted
    ) -> None:
        order = placed_order()
        hear(reserved(order))
        cancelled_at = clock.now()
        services.cancel_order(person=Somebody(order.customer_id), order_id=order.id, now=cancelled_at)
        provider.before["refund"] = be_away

        for minutes in range(100):
            services.refund_unwanted_payments(now=cancelled_at + timedelta(minutes=minutes))

        asked = [event.at for event in order.events.filter(fact__contains="unanswered")]
        assert len(asked) < 50
        assert max(later - sooner for sooner, later in pairwise(asked)) < timedelta(minutes=12)


class TestHold:
    def test_that_is_taken_is_told_once_though_it_was_heard_of_twice(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        provider.before["capture"] = be_away
        with pytest.raises(TryAgainLater):
            hear(reserved(order))
        provider.before.clear()

        hear(reserved(order))

        assert told_of(order) == [
            ("payment_authorised", reference_of(order)),
            ("provider_unanswered", "capture: nobody answers"),
            ("payment_captured", reference_of(order)),
            ("order_confirmed", ""),
        ]

    def test_that_the_order_no_longer_wants_was_held_and_let_go(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        provider.after["authorise"] = partial(expire, order)

        hear(reserved(order))

        assert told_of(order) == [
            ("order_cancelled", "expired"),
            ("payment_authorised", reference_of(order)),
            ("payment_voided", reference_of(order)),
        ]

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_of_which_nobody_heard_is_not_claimed_when_it_is_let_go(
        self, hear: Hear, provider: Interrupted, when: str
    ) -> None:
        order = placed_order()
        happenings: dict[str, Any] = getattr(provider, when)
        happenings["authorise"] = be_away
        with pytest.raises(TryAgainLater):
            hear(reserved(order))
        later = clock.now() + timedelta(minutes=10)

        services.resume_payments(now=later)

        assert told_of(order) == [
            ("provider_unanswered", "authorise: nobody answers"),
            ("payment_voided", f"{reference_of(order)} {NOT_KNOWN}"),
            ("order_cancelled", "expired"),
        ]

    def test_that_was_heard_of_is_not_doubted_when_a_later_asker_lets_it_go(
        self, hear: Hear, provider: Interrupted
    ) -> None:
        order = placed_order()
        provider.before["capture"] = be_away
        with pytest.raises(TryAgainLater):
            hear(reserved(order))
        later = clock.now() + timedelta(minutes=10)

        services.resume_payments(now=later)

        assert told_of(order) == [
            ("payment_authorised", reference_of(order)),
            ("provider_unanswered", "capture: nobody answers"),
            ("payment_voided", reference_of(order)),
            ("order_cancelled", "expired"),
        ]

    def test_is_not_claimed_after_a_sweeper_has_let_it_go(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()

        def take_long() -> None:
            """So long that the sweeper takes the asker for dead."""
            expire(order)
            services.resume_payments(now=clock.now() + timedelta(minutes=1))

        provider.after["authorise"] = take_long

        hear(reserved(order))

        assert told_of(order) == [
            ("order_cancelled", "expired"),
            ("payment_voided", f"{reference_of(order)} {NOT_KNOWN}"),
        ]
