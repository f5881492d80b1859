"""From placed to confirmed or cancelled, whatever comes twice, too early, too late or is cut off."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import islice, permutations
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from common import clock
from common.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderRefunded,
    PaymentReported,
    RefundRequested,
    Shortage,
    StockRejected,
    StockReserved,
)
from common.events import inbox
from common.events.models import InboxMessage
from common.events.subscriptions import TryAgainLater
from common.testing.plugin import as_heard
from order_svc.offers.models import Offer
from order_svc.orders import services
from order_svc.orders.models import Order
from order_svc.orders.services import sweeping
from order_svc.payments.adapters import PROVIDERS
from order_svc.payments.models import Payment, SandboxCharge
from order_svc.payments.services import ProviderUnavailable
from tests.order_svc.factories import NOON, Somebody, placed_order
from tests.order_svc.providers import Interrupted, ProcessDied, be_away, die

pytestmark = pytest.mark.django_db(transaction=True)

Hear = Callable[..., bool]


def reserved(order: Order) -> StockReserved:
    return StockReserved(version=1, order_id=str(order.id))


def rejected(order: Order) -> StockRejected:
    shortage = Shortage(sku="MUG", wanted=2, available=1)
    return StockRejected(version=1, order_id=str(order.id), shortages=(shortage,))


def state_of(order: Order) -> tuple[str, str | None, str]:
    order = Order.objects.select_related("payment").get(id=order.id)
    return order.status, order.cancel_reason, order.payment.status


def timeline_of(order: Order) -> list[str]:
    return [event.fact.split(".")[1] for event in order.events.all()]


class TestPayWhenStockReserved:
    def test_confirms_a_paid_order(self, hear: Hear, told: Any) -> None:
        order = placed_order(token="tok_success")

        hear(reserved(order))

        assert state_of(order) == ("confirmed", None, "captured")
        assert timeline_of(order) == [
            "order_placed",
            "stock_reserved",
            "payment_authorised",
            "payment_captured",
            "order_confirmed",
        ]
        placed, confirmed = told
        assert isinstance(confirmed, OrderConfirmed)
        assert (confirmed.version, confirmed.lines) == (2, placed.lines)

    @pytest.mark.parametrize(
        ("token", "code"),
        [
            ("tok_declined", "card_declined"),
            ("tok_insufficient_funds", "insufficient_funds"),
            ("tok_x", "invalid_token"),
        ],
    )
    def test_cancels_a_declined_order(self, hear: Hear, told: Any, token: str, code: str) -> None:
        order = placed_order(token=token)

        hear(reserved(order))

        assert state_of(order) == ("cancelled", "payment_declined", "declined")
        assert Payment.objects.get().failure_code == code
        assert [fact.reason for fact in told.named(OrderCancelled)] == ["payment_declined"]

    def test_a_late_answer_is_learned_by_asking_again(self, hear: Hear) -> None:
        order = placed_order(token="tok_timeout")

        with pytest.raises(TryAgainLater):
            hear(reserved(order))
        assert state_of(order) == ("placed", None, "processing")
        hear(reserved(order))

        assert state_of(order) == ("confirmed", None, "captured")
        assert SandboxCharge.objects.get().calls == 2

    def test_a_flaky_provider_is_asked_until_it_answers(self, hear: Hear) -> None:
        order = placed_order(token="tok_flaky")

        for _ in range(2):
            with pytest.raises(TryAgainLater):
                hear(reserved(order))
        hear(reserved(order))

        assert state_of(order) == ("confirmed", None, "captured")
        assert timeline_of(order).count("stock_reserved") == 1

    def test_charges_what_was_agreed_though_the_price_changes_meanwhile(
        self, hear: Hear, provider: Interrupted
    ) -> None:
        order = placed_order(price_minor=1250)
        sku = order.lines.get().sku
        provider.before["authorise"] = lambda: Offer.objects.filter(sku=sku).update(price_minor=9900)

        hear(reserved(order))

        assert state_of(order) == ("confirmed", None, "captured")
        assert Offer.objects.get().price_minor == 9900
        assert SandboxCharge.objects.get().amount_minor == Payment.objects.get().amount_minor == order.total_minor
        order.refresh_from_db()
        assert (order.total_minor, order.lines.get().unit_price_minor) == (2500, 1250)

    def test_a_free_order_is_paid_without_asking(self, hear: Hear) -> None:
        order = placed_order(price_minor=0)

        hear(reserved(order))

        assert state_of(order) == ("confirmed", None, "captured")
        assert not SandboxCharge.objects.exists()

    def test_costs_few_queries(self, hear: Hear, django_assert_max_num_queries: Any) -> None:
        order = placed_order()

        with django_assert_max_num_queries(22):
            hear(reserved(order))


class TestCancelWhenStockRejected:
    def test_cancels_without_asking_the_provider(self, hear: Hear, told: Any) -> None:
        order = placed_order()

        hear(rejected(order))

        assert state_of(order) == ("cancelled", "out_of_stock", "voided")
        assert timeline_of(order) == ["order_placed", "stock_rejected", "order_cancelled"]
        assert order.events.get(fact__contains="rejected").detail == "MUG: 2 wanted, 1 available"
        assert [fact.reason for fact in told.named(OrderCancelled)] == ["out_of_stock"]
        assert not SandboxCharge.objects.exists()


class TestDisorder:
    @pytest.mark.parametrize("sequence", list(permutations(["reserved", "reserved", "rejected", "expired"])))
    def test_an_order_settles_once_and_money_follows_it(self, hear: Hear, told: Any, sequence: list[str]) -> None:
        order = placed_order()
        happen = {
            "reserved": lambda: hear(reserved(order)),
            "rejected": lambda: hear(rejected(order)),
            "expired": expire_all,
        }

        for what in sequence:
            happen[what]()

        assert len(told.named((OrderConfirmed, OrderCancelled))) == 1
        status, _, payment = state_of(order)
        assert payment == {"confirmed": "captured", "cancelled": "voided"}[status]
        assert SandboxCharge.objects.count() == (status == "confirmed")

    def test_a_fact_of_an_order_that_nobody_placed_is_not_swallowed(self, hear: Hear) -> None:
        stranger = StockReserved(version=1, order_id="00000000-0000-4000-8000-000000000000")

        with pytest.raises(Payment.DoesNotExist):
            hear(stranger)


class TestAtTheSameTime:
    @pytest.mark.parametrize("token", ["tok_success", "tok_declined"])
    def test_many_askers_are_one_charge_and_one_end(self, hear: Hear, told: Any, token: str) -> None:
        order = placed_order(token=token)

        together(*[lambda: hear(reserved(order))] * 6)

        assert len(told.named((OrderConfirmed, OrderCancelled))) == 1
        assert SandboxCharge.objects.count() == 1
        timeline = timeline_of(order)
        assert len(timeline) == len(set(timeline))

    def test_money_follows_the_order_when_its_time_runs_out_meanwhile(self, hear: Hear, told: Any) -> None:
        orders = [placed_order() for _ in range(8)]

        together(*(partial(hear, reserved(order)) for order in orders), expire_all, expire_all)

        assert len(told.named((OrderConfirmed, OrderCancelled))) == 8
        ends = {(status, payment) for status, _, payment in map(state_of, orders)}
        assert ends <= {("confirmed", "captured"), ("cancelled", "voided"), ("cancelled", "refunded")}
        kept = SandboxCharge.objects.filter(status="succeeded").count()
        assert kept == len(told.named(OrderConfirmed))


class TestCrashes:
    def test_between_the_charge_and_its_note(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        provider.after["capture"] = die
        with pytest.raises(ProcessDied):
            hear(reserved(order))
        assert state_of(order) == ("placed", None, "processing")

        provider.after.clear()
        hear(reserved(order))

        assert state_of(order) == ("confirmed", None, "captured")
        assert SandboxCharge.objects.get().status == "succeeded"

    def test_between_the_note_and_the_inbox(self, hear: Hear, told: Any) -> None:
        order = placed_order()
        hear(reserved(order))
        InboxMessage.objects.all().delete()

        hear(reserved(order))

        assert len(told.named(OrderConfirmed)) == 1
        assert SandboxCharge.objects.get().calls == 1

    def test_a_fact_that_never_comes_again_is_made_up_for(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        provider.after["capture"] = die
        with pytest.raises(ProcessDied):
            hear(reserved(order))
        provider.after.clear()

        services.resume_payments(now=clock.now() + timedelta(seconds=19))
        assert state_of(order) == ("placed", None, "processing")
        services.resume_payments(now=clock.now() + timedelta(seconds=21))

        assert state_of(order) == ("confirmed", None, "captured")
        assert SandboxCharge.objects.get().status == "succeeded"

    def test_between_the_capture_and_the_refund(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        provider.after["capture"] = lambda: expire(order)
        provider.before["refund"] = die
        with pytest.raises(ProcessDied):
            hear(reserved(order))
        assert state_of(order) == ("cancelled", "expired", "captured")
        provider.before.clear()

        services.refund_unwanted_payments(now=clock.now())

        assert state_of(order) == ("cancelled", "expired", "refunded")
        assert SandboxCharge.objects.get().status == "refunded"


class TestExpiry:
    def test_an_order_that_nobody_reserved_is_cancelled(self, told: Any) -> None:
        order = placed_order()

        expire_all()

        assert state_of(order) == ("cancelled", "expired", "voided")
        assert [fact.reason for fact in told.named(OrderCancelled)] == ["expired"]

    def test_comes_to_all_orders_while_the_provider_refuses_or_hangs(self, hear: Hear, provider: Interrupted) -> None:
        """One that would hang is not asked at all."""
        provider.before["authorise"] = provider.before["void"] = be_away
        orders = [placed_order() for _ in range(40)]
        for order in orders:
            with pytest.raises(TryAgainLater):
                hear(reserved(order))
        provider.before["authorise"] = provider.before["void"] = hang

        expire_all()

        assert {state_of(order) for order in orders} == {("cancelled", "expired", "processing")}

    def test_gives_the_provider_a_last_chance(self, hear: Hear, provider: Interrupted) -> None:
        provider.before["authorise"] = be_away
        asked, waiting = placed_order(now=NOON), placed_order(now=NOON)
        with contextlib.suppress(ProviderUnavailable):
            services.pay_order(order_id=asked.id, now=NOON)

        states = []
        for seconds in (301, 331):
            now = NOON + timedelta(seconds=seconds)
            services.expire_unsettled_orders(placed_before=now - timedelta(seconds=300), now=now)
            states.append((state_of(asked)[0], state_of(waiting)[0]))

        assert states == [("placed", "cancelled"), ("cancelled", "cancelled")]

    def test_of_more_than_it_comes_to_leaves_the_rest_to_the_next_sweep(self, monkeypatch: pytest.MonkeyPatch) -> None:
        order = placed_order()
        monkeypatch.setattr(sweeping, "EXPIRING_SECONDS", 0.0)
        expire_all()
        assert state_of(order)[0] == "placed"
        monkeypatch.undo()

        expire_all()

        assert state_of(order)[:2] == ("cancelled", "expired")

    def test_one_that_is_young_is_left_alone(self) -> None:
        order = placed_order(now=NOON)

        services.expire_unsettled_orders(placed_before=NOON, now=NOON)

        assert state_of(order) == ("placed", None, "pending")

    def test_one_whose_provider_took_the_money_is_confirmed(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        provider.after["capture"] = be_away
        with pytest.raises(TryAgainLater):
            hear(reserved(order))

        finish_late()

        assert state_of(order) == ("confirmed", None, "captured")

    def test_one_whose_provider_merely_holds_the_money_lets_it_go(self, hear: Hear) -> None:
        order = placed_order(token="tok_timeout")
        with pytest.raises(TryAgainLater):
            hear(reserved(order))

        finish_late()

        assert state_of(order) == ("cancelled", "expired", "voided")
        assert SandboxCharge.objects.get().status == "voided"

    def test_one_that_is_reserved_too_late_is_not_charged(self, hear: Hear) -> None:
        order = placed_order(now=clock.now() - timedelta(seconds=301))

        hear(reserved(order))

        assert state_of(order) == ("cancelled", "expired", "voided")
        assert not SandboxCharge.objects.exists()

    def test_while_the_provider_is_asked_leads_to_a_refund(self, hear: Hear, told: Any, provider: Interrupted) -> None:
        order = placed_order()
        provider.after["capture"] = lambda: expire(order)

        hear(reserved(order))

        assert state_of(order) == ("cancelled", "expired", "refunded")
        assert SandboxCharge.objects.get().status == "refunded"
        assert len(told.named(OrderCancelled)) == 1
        assert timeline_of(order)[-3:] == ["payment_captured", "payment_refunded", "order_refunded"]
        assert [fact.amount_minor for fact in told.named(OrderRefunded)] == [2500]

    def test_while_the_money_is_held_leads_to_no_charge(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        provider.after["authorise"] = lambda: expire(order)

        hear(reserved(order))

        assert state_of(order) == ("cancelled", "expired", "voided")
        assert SandboxCharge.objects.get().status == "voided"

    def test_while_the_provider_is_away_ends_without_a_charge(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        provider.before["authorise"] = provider.before["void"] = be_away
        with pytest.raises(TryAgainLater):
            hear(reserved(order))
        expire_all()
        assert state_of(order) == ("cancelled", "expired", "processing")
        provider.before.clear()

        services.resume_payments(now=clock.now() + timedelta(minutes=20))

        assert state_of(order) == ("cancelled", "expired", "voided")
        assert SandboxCharge.objects.get().status == "voided"

    def test_while_its_answer_is_lost_leads_to_a_refund(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        provider.after["capture"] = provider.before["void"] = be_away
        with pytest.raises(TryAgainLater):
            hear(reserved(order))
        expire_all()
        assert state_of(order) == ("cancelled", "expired", "processing")
        provider.before.clear()

        services.resume_payments(now=clock.now() + timedelta(minutes=20))

        assert state_of(order) == ("cancelled", "expired", "refunded")
        assert SandboxCharge.objects.get().status == "refunded"

    def test_whoever_was_about_to_charge_is_refused_from_then_on(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()

        def stall() -> None:
            """For so long that the order expires, and the sweeper takes the asker for dead."""
            expire(order)
            services.resume_payments(now=clock.now() + timedelta(minutes=1))

        provider.before["authorise"] = stall
        provider.after["authorise"] = die
        with pytest.raises(ProcessDied):
            hear(reserved(order))

        assert state_of(order) == ("cancelled", "expired", "voided")
        assert SandboxCharge.objects.get().status == "voided"


class TestOutages:
    """The provider is away for longer than a fact is tried: it is handled then, and a sweeper goes on."""

    def give_up_on(self, fact: Any) -> None:
        assert inbox.receive(as_heard(fact), is_last_try=True)

    def test_while_an_order_is_to_be_paid(self, provider: Interrupted) -> None:
        order = placed_order()
        provider.before["authorise"] = be_away
        self.give_up_on(reserved(order))
        provider.before.clear()

        services.resume_payments(now=clock.now() + timedelta(minutes=1))

        assert state_of(order) == ("confirmed", None, "captured")

    def test_while_money_is_to_go_back(self, hear: Hear, told: Any, provider: Interrupted) -> None:
        order = placed_order()
        hear(reserved(order))
        services.cancel_order(person=Somebody(order.customer_id), order_id=order.id, now=clock.now())
        provider.before["refund"] = be_away
        self.give_up_on(told.named(RefundRequested)[0])
        provider.before.clear()

        services.refund_unwanted_payments(now=clock.now() + timedelta(minutes=1))

        assert state_of(order) == ("cancelled", "customer", "refunded")

    def test_while_it_reports(self, hear: Hear, provider: Interrupted, monkeypatch: pytest.MonkeyPatch) -> None:
        order = placed_order()
        hear(reserved(order))
        payment = Payment.objects.get()
        SandboxCharge.objects.update(status="refunded")
        with monkeypatch.context() as trouble:
            trouble.setattr(provider, "look_up", lambda _: be_away())
            self.give_up_on(
                PaymentReported(
                    version=1, provider="sandbox", key=str(payment.id), reference=payment.provider_reference
                )
            )

        services.resume_payments(now=clock.now() + timedelta(minutes=1))

        assert state_of(order) == ("cancelled", "customer", "refunded")

    def test_while_it_is_switched_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        order = placed_order()
        with monkeypatch.context() as trouble:
            trouble.delitem(PROVIDERS, "sandbox")
            self.give_up_on(reserved(order))

        services.resume_payments(now=clock.now() + timedelta(minutes=1))

        assert state_of(order) == ("confirmed", None, "captured")


class TestSweeps:
    def test_one_that_cannot_be_finished_holds_up_no_other(self, hear: Hear, provider: Interrupted) -> None:
        first, second = placed_order(token="tok_timeout"), placed_order(token="tok_timeout")
        for order in (first, second):
            with pytest.raises(TryAgainLater):
                hear(reserved(order))
        trouble = iter([ValueError("a bug")])
        provider.before["authorise"] = lambda: [(_ for _ in ()).throw(error) for error in trouble]

        services.resume_payments(now=clock.now() + timedelta(minutes=1))

        assert sorted([state_of(first)[0], state_of(second)[0]]) == ["confirmed", "placed"]

    def test_refunds_that_nobody_takes_hold_up_no_other(self, hear: Hear, provider: Interrupted) -> None:
        orders = [placed_order() for _ in range(11)]
        provider.before["refund"] = be_away
        for order in orders:
            provider.after["capture"] = partial(expire, order)
            with pytest.raises(TryAgainLater):
                hear(reserved(order))
        refusals = iter(range(10))
        provider.before["refund"] = lambda: [be_away() for _ in islice(refusals, 1)]

        for _ in range(2):
            services.refund_unwanted_payments(now=clock.now())

        assert state_of(orders[10]) == ("cancelled", "expired", "refunded")

    def test_end_when_their_time_is_up(self, hear: Hear, provider: Interrupted) -> None:
        orders = [placed_order(token="tok_timeout") for _ in range(2)]
        for order in orders:
            with pytest.raises(TryAgainLater):
                hear(reserved(order))
        trouble = iter([SoftTimeLimitExceeded()])
        provider.before["authorise"] = lambda: [(_ for _ in ()).throw(error) for error in trouble]

        with pytest.raises(SoftTimeLimitExceeded):
            services.resume_payments(now=clock.now() + timedelta(minutes=1))

        assert [state_of(order)[0] for order in orders] == ["placed", "placed"]


def together(*acts: Callable[[], Any]) -> None:
    """Do it all at once, each in a thread with a database connection of its own."""

    def alone(act: Callable[[], Any]) -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(alone, acts))


def expire(order: Order) -> None:
    """Let an order's time run out while something else is going on."""
    from order_svc.orders.services.settling import expire_order

    expire_order(order_id=order.id, now=clock.now())


def finish_late() -> None:
    """The sweepers come, in their sequence, when the time is up."""
    later = clock.now() + timedelta(seconds=310)
    services.resume_payments(now=later)
    services.expire_unsettled_orders(placed_before=later - timedelta(seconds=300), now=later)


def hang() -> None:
    pytest.fail("the provider was asked")


def expire_all() -> None:
    later = clock.now() + timedelta(minutes=10)
    services.expire_unsettled_orders(placed_before=later, now=later)
