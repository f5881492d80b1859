"""What providers send: replayed, forged, reordered, before our own commit; each ends right."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from common import clock
from common.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderRefunded,
    PaymentReported,
    RefundRequested,
    StockReserved,
)
from common.events.subscriptions import TryAgainLater
from common.money import Money
from ops.verify.orders import sold_orders_are_paid_and_deducted_once
from order_svc.orders import services
from order_svc.orders.models import Order
from order_svc.payments.adapters.provider import Bill
from order_svc.payments.adapters.sandbox import Sandbox
from order_svc.payments.adapters.signature import sign
from order_svc.payments.models import OpenReport, Payment, ReceivedNotice, SandboxCharge, StrayCharge
from order_svc.payments.services import forget_old_notices
from tests.order_svc.factories import Somebody, placed_order
from tests.order_svc.orders.test_life import BooksOfTheTold
from tests.order_svc.providers import Interrupted, ProcessDied, be_away, die

pytestmark = pytest.mark.django_db(transaction=True)

Hear = Callable[..., bool]

WEBHOOK = "/api/v1/payments/webhooks/sandbox/"
SECRET = "sandbox-secret"


@pytest.fixture(autouse=True)
def _secret(settings: Any) -> None:
    settings.SANDBOX_WEBHOOK_SECRET = SECRET


def notice(*, key: Any, reference: str, notice_id: str = "evt_1") -> bytes:
    return json.dumps({"id": notice_id, "key": str(key), "reference": reference}).encode()


def send(visitor: Any, body: bytes, *, at: datetime | None = None, secret: str = SECRET, url: str = WEBHOOK) -> Any:
    signed_at = int((at or clock.now()).timestamp())
    header = f"t={signed_at},v1={sign(body, secret=secret, signed_at=signed_at)}"
    return visitor.post(url, body, content_type="application/json", headers={"Sandbox-Signature": header})


def reported(order: Order, reference: str = "") -> PaymentReported:
    payment = Payment.objects.get(order_id=order.id)
    key = payment.idempotency_key
    found = SandboxCharge.objects.filter(idempotency_key=key).first()
    return PaymentReported(
        version=1, provider="sandbox", key=key, reference=reference or f"sandbox_{found.pk if found else 0}"
    )


def reserved(order: Order) -> StockReserved:
    return StockReserved(version=1, order_id=str(order.id))


def states(order: Order) -> tuple[str, str]:
    order = Order.objects.select_related("payment").get(id=order.id)
    return order.status, order.payment.status


class TestWebhook:
    def test_takes_a_signed_notice_and_looks_into_it_later(self, visitor: Any, told: Any) -> None:
        response = send(visitor, notice(key="key-1", reference="sandbox_1"))

        assert (response.status_code, response.json()) == (200, {"received": True})
        assert list(told) == [PaymentReported(version=1, provider="sandbox", key="key-1", reference="sandbox_1")]

    def test_takes_it_once_however_often_it_comes(self, visitor: Any, told: Any) -> None:
        for _ in range(3):
            assert send(visitor, notice(key="key-1", reference="sandbox_1")).status_code == 200

        assert len(told) == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"secret": "another"},
            {"at": clock.now() - timedelta(minutes=6)},
            {"at": clock.now() + timedelta(minutes=60)},
        ],
    )
    def test_refuses_what_is_forged_or_recorded(self, visitor: Any, told: Any, changes: Any) -> None:
        response = send(visitor, notice(key="key-1", reference="sandbox_1"), **changes)

        assert (response.status_code, response.json()["code"]) == (400, "bad_signature")
        assert not told

    def test_refuses_what_is_not_signed(self, visitor: Any) -> None:
        response = visitor.post(WEBHOOK, b"{}", content_type="application/json")

        assert (response.status_code, response.json()["code"]) == (400, "bad_signature")

    @pytest.mark.parametrize("provider", ["paypal", "..", "Sandbox"])
    def test_knows_only_the_providers_that_there_are(self, visitor: Any, provider: str) -> None:
        url = f"/api/v1/payments/webhooks/{provider}/"

        assert send(visitor, b"{}", url=url).status_code == 404

    def test_is_only_posted_to(self, visitor: Any) -> None:
        assert visitor.get(WEBHOOK).status_code == 405

    def test_forgets_old_notices(self, visitor: Any) -> None:
        send(visitor, notice(key="key-1", reference="sandbox_1"))

        assert forget_old_notices(now=clock.now()) == 0
        assert forget_old_notices(now=clock.now() + timedelta(days=31)) == 1
        assert not ReceivedNotice.objects.exists()


class TestReports:
    def test_before_our_own_commit_confirms_the_order_once(self, hear: Hear, told: Any, provider: Interrupted) -> None:
        order = placed_order()
        provider.after["capture"] = lambda: hear(reported(order))

        hear(reserved(order))

        assert states(order) == ("confirmed", "captured")
        assert len(told.named(OrderConfirmed)) == 1

    def test_of_a_charge_whose_asker_died_confirm_the_order(self, hear: Hear, provider: Interrupted) -> None:
        order = placed_order()
        provider.after["capture"] = die
        with pytest.raises(ProcessDied):
            hear(reserved(order))
        provider.after.clear()

        hear(reported(order))

        assert states(order) == ("confirmed", "captured")

    def test_of_a_cancelled_order_that_was_charged_give_the_money_back(
        self, hear: Hear, told: Any, provider: Interrupted, client_of: Any
    ) -> None:
        order = placed_order()
        provider.after["capture"] = die
        with pytest.raises(ProcessDied):
            hear(reserved(order))
        provider.after.clear()
        client_of(order.customer_id).post(f"/api/v1/orders/{order.id}/cancel/")

        for _ in range(2):
            hear(reported(order))

        assert states(order) == ("cancelled", "refunded")
        assert len(told.named(OrderRefunded)) == 1

    def test_that_come_late_change_nothing(self, hear: Hear, told: Any) -> None:
        order = placed_order()
        hear(reserved(order))
        before = list(told)

        hear(reported(order))

        assert states(order) == ("confirmed", "captured")
        assert list(told) == before

    def test_of_a_refund_that_we_had_not_noted_note_it(
        self, hear: Hear, told: Any, provider: Interrupted, client_of: Any
    ) -> None:
        order = placed_order()
        hear(reserved(order))
        client_of(order.customer_id).post(f"/api/v1/orders/{order.id}/cancel/")
        provider.after["refund"] = die
        with pytest.raises(ProcessDied):
            services.refund_unwanted_payments(now=clock.now())

        hear(reported(order))

        assert states(order) == ("cancelled", "refunded")
        assert len(told.named(OrderRefunded)) == 1

    def test_of_money_after_all_give_it_back(self, hear: Hear) -> None:
        order = placed_order(token="tok_declined")
        hear(reserved(order))
        SandboxCharge.objects.update(status="succeeded", failure_code="")

        hear(reported(order))

        assert states(order) == ("cancelled", "refunded")
        assert SandboxCharge.objects.get().status == "refunded"

    @pytest.mark.parametrize("key", [str(uuid.uuid4()), "nobodys", ""])
    def test_under_a_key_that_nobody_knows_are_of_whose_charge_it_is(self, hear: Hear, key: str) -> None:
        order = placed_order()
        hear(reserved(order))
        reference = Payment.objects.get().provider_reference

        hear(PaymentReported(version=1, provider="sandbox", key=key, reference=reference))
        services.refund_unwanted_payments(now=clock.now())

        assert states(order) == ("confirmed", "captured")
        assert SandboxCharge.objects.get().status == "succeeded"
        assert not StrayCharge.objects.exists()

    def test_about_what_was_never_asked_for_are_passed_over(self, hear: Hear) -> None:
        order = placed_order()

        hear(reported(order, "sandbox_999"))

        assert states(order) == ("placed", "pending")

    def test_of_money_for_no_order_wait_for_a_provider_that_is_away(
        self, hear: Hear, provider: Interrupted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = Sandbox().authorise(Bill(key="x", token="tok_success", amount=Money(700, "EUR")))
        with monkeypatch.context() as trouble:
            trouble.setattr(provider, "look_up", lambda _: be_away())
            with pytest.raises(TryAgainLater):
                hear(PaymentReported(version=1, provider="sandbox", key="x", reference=held.reference))

        services.resume_payments(now=clock.now() + timedelta(minutes=1))

        assert StrayCharge.objects.get().reference == held.reference

    @pytest.mark.parametrize("status", ["succeeded", "refunded"])
    def test_are_asked_about_again_where_something_was_heard_meanwhile(
        self, hear: Hear, provider: Interrupted, monkeypatch: pytest.MonkeyPatch, status: str
    ) -> None:
        order = placed_order()
        hear(reserved(order))
        SandboxCharge.objects.update(status=status)
        ask = provider.look_up

        def answer_late(reference: str) -> Any:
            answer = ask(reference)
            Payment.objects.get().save()
            return answer

        with monkeypatch.context() as trouble:
            trouble.setattr(provider, "look_up", answer_late)
            with pytest.raises(TryAgainLater):
                hear(reported(order))
            services.resume_payments(now=clock.now() + timedelta(minutes=1))

        assert OpenReport.objects.exists()
        services.resume_payments(now=clock.now() + timedelta(hours=1))
        assert not OpenReport.objects.exists()

    def test_wait_for_a_provider_that_is_away(
        self, hear: Hear, provider: Interrupted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = placed_order()
        hear(reserved(order))
        SandboxCharge.objects.update(status="refunded")
        with monkeypatch.context() as trouble:
            trouble.setattr(provider, "look_up", lambda _: be_away())
            for _ in range(2):
                with pytest.raises(TryAgainLater):
                    hear(reported(order))
            services.resume_payments(now=clock.now() + timedelta(minutes=1))
        assert states(order) == ("confirmed", "captured")

        services.resume_payments(now=clock.now() + timedelta(minutes=2))

        assert states(order) == ("cancelled", "refunded")
        assert not OpenReport.objects.exists()


class TestGivenBackByHand:
    """Somebody pressed a button at the provider."""

    @pytest.fixture
    def order(self, hear: Hear) -> Order:
        order = placed_order()
        hear(reserved(order))
        return order

    def give_back(self) -> None:
        SandboxCharge.objects.update(status="refunded")

    def test_calls_off_an_order_of_which_nothing_left(self, hear: Hear, told: Any, order: Order) -> None:
        self.give_back()

        for _ in range(2):
            hear(reported(order))

        assert states(order) == ("cancelled", "refunded")
        (cancelled,) = told.named(OrderCancelled)
        assert cancelled.seller_ids == (str(order.lines.get().seller_id),)
        assert cancelled.is_by_shop
        assert [fact.amount_minor for fact in told.named(OrderRefunded)] == [2500]

    def test_is_not_given_back_once_more(self, hear: Hear, told: Any, order: Order, provider: Interrupted) -> None:
        self.give_back()
        hear(reported(order))
        provider.before["refund"] = be_away

        hear(told.named(RefundRequested)[0])
        services.refund_unwanted_payments(now=clock.now())

        assert states(order) == ("cancelled", "refunded")

    @pytest.mark.parametrize("is_delivered", [False, True])
    def test_is_said_of_what_is_on_its_way(
        self, hear: Hear, told: Any, order: Order, caplog: pytest.LogCaptureFixture, is_delivered: bool
    ) -> None:
        staff = Somebody(uuid.uuid4(), roles=frozenset({"support"}))
        services.ship_order(person=staff, order_id=order.id, tracking="", now=clock.now())
        if is_delivered:
            services.deliver_order(person=staff, order_id=order.id, now=clock.now())
        self.give_back()

        for _ in range(2):
            hear(reported(order))

        assert states(order) == ("delivered" if is_delivered else "shipped", "refunded")
        assert order.events.get(fact__startswith="payments.payment_refunded").detail == "25.00 USD, by hand at sandbox"
        assert not told.named((OrderCancelled, OrderRefunded))
        errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert [error for error in errors if order.number in error and "by hand" in error] == errors != []

    def test_is_seen_by_verify(self, hear: Hear, order: Order) -> None:
        staff = Somebody(uuid.uuid4(), roles=frozenset({"support"}))
        services.ship_order(person=staff, order_id=order.id, tracking="", now=clock.now())
        self.give_back()

        hear(reported(order))

        breaches = list(sold_orders_are_paid_and_deducted_once(BooksOfTheTold()))
        assert [(breach.subject, breach.finding) for breach in breaches] == [
            (f"order {order.id}", "has no captured payment of its total"),
            (f"order {order.id}", "25.00 USD of 25.00 USD were given back at sandbox by hand"),
        ]

    def test_while_the_answer_to_the_capture_was_lost_cancels_the_order(
        self, hear: Hear, provider: Interrupted
    ) -> None:
        order = placed_order()
        provider.after["capture"] = be_away
        with pytest.raises(TryAgainLater):
            hear(reserved(order))
        self.give_back()

        hear(reported(order))

        assert states(order) == ("cancelled", "refunded")


class TestStrayMoney:
    def stray(self, key: str) -> str:
        held = Sandbox().authorise(Bill(key=key, token="tok_success", amount=Money(700, "EUR")))
        return Sandbox().capture(held.reference).reference

    @pytest.mark.parametrize("key", ["nobodys", str(uuid.uuid4()), ""])
    def test_is_put_on_record_and_sent_back(self, hear: Hear, key: str) -> None:
        fact = PaymentReported(version=1, provider="sandbox", key=key, reference=self.stray(key))
        for _ in range(2):
            hear(fact)
        stray = StrayCharge.objects.get()
        assert (stray.amount_minor, stray.currency, stray.refunded_at) == (700, "EUR", None)

        services.refund_unwanted_payments(now=clock.now())

        assert SandboxCharge.objects.get().status == "refunded"
        assert StrayCharge.objects.get().refunded_at

    def test_is_also_what_arrives_for_an_order_a_second_time(self, hear: Hear) -> None:
        order = placed_order()
        hear(reserved(order))
        reference = self.stray("once more")

        hear(reported(order, reference))
        services.refund_unwanted_payments(now=clock.now())

        assert states(order) == ("confirmed", "captured")
        assert StrayCharge.objects.get().reference == reference
        assert SandboxCharge.objects.get(idempotency_key="once more").status == "refunded"

    def test_is_tried_again_while_the_provider_is_away(self, hear: Hear, provider: Interrupted) -> None:
        hear(PaymentReported(version=1, provider="sandbox", key="x", reference=self.stray("x")))
        provider.before["refund"] = be_away
        services.refund_unwanted_payments(now=clock.now() + timedelta(minutes=1))
        assert StrayCharge.objects.get().refunded_at is None
        provider.before.clear()

        services.refund_unwanted_payments(now=clock.now() + timedelta(minutes=2))

        assert StrayCharge.objects.get().refunded_at

    def test_is_sent_back_again_where_the_bank_returned_it(self, hear: Hear) -> None:
        fact = PaymentReported(version=1, provider="sandbox", key="x", reference=self.stray("x"))
        hear(fact)
        services.refund_unwanted_payments(now=clock.now())
        SandboxCharge.objects.update(status="succeeded")

        hear(fact)
        assert StrayCharge.objects.get().refunded_at is None
        services.refund_unwanted_payments(now=clock.now() + timedelta(minutes=1))

        assert SandboxCharge.objects.get().status == "refunded"
        assert StrayCharge.objects.get().refunded_at

    def test_is_sent_back_with_a_pause_that_grows(self, hear: Hear, provider: Interrupted) -> None:
        hear(PaymentReported(version=1, provider="sandbox", key="x", reference=self.stray("x")))
        asked: list[int] = []

        def refuse(hours: int) -> None:
            asked.append(hours)
            be_away()

        begun = clock.now()
        for hours in range(1, 101):
            provider.before["refund"] = partial(refuse, hours)
            services.refund_unwanted_payments(now=begun + timedelta(hours=hours))

        assert asked[:12] == [*range(1, 10), 11, 13, 15]
        assert len(asked) < 40

    def test_of_a_provider_that_is_switched_off_waits_and_holds_up_nothing(self, hear: Hear) -> None:
        hear(PaymentReported(version=1, provider="sandbox", key="x", reference=self.stray("x")))
        StrayCharge.objects.update(provider="acme")
        hear(PaymentReported(version=1, provider="sandbox", key="y", reference=self.stray("y")))

        services.refund_unwanted_payments(now=clock.now() + timedelta(minutes=1))

        assert {stray.provider: bool(stray.refunded_at) for stray in StrayCharge.objects.all()} == {
            "acme": False,
            "sandbox": True,
        }

    def test_is_not_what_turns_out_to_be_an_orders_before_it_is_sent_back(
        self, hear: Hear, provider: Interrupted
    ) -> None:
        order = placed_order()
        provider.after["capture"] = lambda: hear(dataclasses.replace(reported(order), key="nobodys"))
        hear(reserved(order))
        assert StrayCharge.objects.exists()

        services.refund_unwanted_payments(now=clock.now())

        assert states(order) == ("confirmed", "captured")
        assert SandboxCharge.objects.get().status == "succeeded"
        assert not StrayCharge.objects.exists()

    def test_is_not_what_nobody_holds(self, hear: Hear) -> None:
        declined = Sandbox().authorise(Bill(key="x", token="tok_declined", amount=Money(700, "EUR")))

        hear(PaymentReported(version=1, provider="sandbox", key="x", reference=declined.reference))
        hear(PaymentReported(version=1, provider="sandbox", key="x", reference="sandbox_999"))

        assert not StrayCharge.objects.exists()
