"""Stripe, asked over HTTP as its documentation says: each payment is charged once, or not at all."""

from __future__ import annotations

import dataclasses
import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import stripe as library

from common import clock
from common.contracts import OrderRefunded, PaymentReported, RefundRequested, StockReserved
from common.events.subscriptions import TryAgainLater
from common.money import Money
from ops.verify.orders import sold_orders_are_paid_and_deducted_once
from order_svc.orders import rules, services
from order_svc.orders.models import Order, OrderEvent
from order_svc.payments.adapters import PROVIDERS
from order_svc.payments.adapters.provider import (
    Bill,
    Charge,
    ChargeState,
    ForgedNotice,
    Notice,
    PlaceLost,
    ProviderUnavailable,
)
from order_svc.payments.adapters.stripe import Stripe
from order_svc.payments.adapters.stripe_amounts import from_stripe, to_stripe
from order_svc.payments.models import Payment
from order_svc.payments.services import receive_notice
from tests.order_svc.factories import ADDRESS, OfferFactory
from tests.order_svc.orders.test_life import BooksOfTheTold
from tests.order_svc.payments.promises import Promises
from tests.order_svc.payments.stripe_server import StripeServer, fail

State = ChargeState
SECRET = "whsec_test"
SHOP = "http://127.0.0.1:8000"


@pytest.fixture
def server() -> Iterator[StripeServer]:
    running = StripeServer().start()
    yield running
    running.stop()


@pytest.fixture
def stripe(server: StripeServer, settings: Any) -> Stripe:
    settings.PUBLIC_URL = SHOP
    return asking(server, timeout_seconds=30)


def asking(server: StripeServer, *, timeout_seconds: float) -> Stripe:
    return Stripe(secret_key="sk_test_x", webhook_secret=SECRET, api_url=server.url, timeout_seconds=timeout_seconds)


def bill(token: str = "pm_card_visa", key: str = "key-1", amount: Money | None = None) -> Bill:
    return Bill(key=key, token=token, amount=amount or Money(2500, "USD"))


def paths(server: StripeServer) -> list[str]:
    return [path.removeprefix("/v1/") for _, path, _, _ in server.requests]


def _nothing(_: Any) -> None:
    """A request with which nothing goes wrong."""


class TestPromises(Promises):
    good_token, bad_token = "pm_card_visa", "pm_card_visa_chargeDeclined"

    @pytest.fixture
    def asked(self, stripe: Stripe) -> Stripe:
        return stripe


class TestAuthorise:
    def test_makes_an_intent_under_a_key_and_confirms_it(self, stripe: Stripe, server: StripeServer) -> None:
        held = stripe.authorise(bill())

        assert held == Charge(reference="pi_1", state=State.AUTHORISED, amount=Money(2500, "USD"))
        (_, _, made, key), (_, _, confirmed, _) = server.requests
        assert (made["amount"], made["currency"], made["capture_method"]) == ("2500", "usd", "manual")
        assert (made["metadata[payment]"], made["metadata[shop]"]) == ("key-1", SHOP)
        assert confirmed["error_on_requires_action"] == "true"
        assert key == "key-1:create"

    def test_takes_tokens_of_the_older_kind(self, stripe: Stripe) -> None:
        assert stripe.authorise(bill("tok_visa")).state == State.AUTHORISED

    @pytest.mark.parametrize(
        ("token", "code"),
        [
            ("pm_card_visa_chargeDeclined", "generic_decline"),
            ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
            ("pm_card_authenticationRequired", "authentication_required"),
            ("pm_nobody_knows", "resource_missing"),
        ],
    )
    def test_declines_with_the_code_of_the_bank(self, stripe: Stripe, token: str, code: str) -> None:
        for _ in range(2):
            declined = stripe.authorise(bill(token))
            assert (declined.state, declined.failure_code) == (State.DECLINED, code)

    @pytest.mark.parametrize(
        "trouble",
        [
            fail(500),
            fail(503),
            fail(429, "rate_limit_error"),
            fail(401, "authentication_error"),
            fail(403, "permission_error"),
            fail(409, "idempotency_error"),
            fail(400, "idempotency_error"),
        ],
    )
    @pytest.mark.parametrize("where", [0, 1])
    def test_is_repeated_after_whatever_went_wrong(
        self, stripe: Stripe, server: StripeServer, trouble: Any, where: int
    ) -> None:
        server.troubles = [lambda _: None] * where + [trouble]

        with pytest.raises(ProviderUnavailable):
            stripe.authorise(bill())

        assert stripe.authorise(bill()).state == State.AUTHORISED
        assert len(server.intents) == 1

    @pytest.mark.parametrize("where", [0, 1])
    def test_does_not_wait_for_an_answer_that_comes_too_late(
        self, stripe: Stripe, server: StripeServer, where: int
    ) -> None:
        server.troubles = [lambda _: None] * where + [server.keep_waiting]

        with pytest.raises(ProviderUnavailable):
            asking(server, timeout_seconds=0.5).authorise(bill())
        server.goes_on.set()

        assert stripe.authorise(bill()).state == State.AUTHORISED
        assert len(server.intents) == 1

    def test_finds_out_what_a_lost_answer_said(self, stripe: Stripe, server: StripeServer) -> None:
        server.losses = 2
        for _ in range(2):
            with pytest.raises(ProviderUnavailable):
                stripe.authorise(bill())

        assert stripe.authorise(bill()).state == State.AUTHORISED
        assert len(server.intents) == 1

    @pytest.mark.parametrize("goes_well", [[False, True, False], [True, False, True, False]])
    def test_gets_over_failures_that_stripe_saved(
        self, stripe: Stripe, server: StripeServer, goes_well: list[bool]
    ) -> None:
        server.troubles = [_nothing if each else server.fail_for_good for each in goes_well]
        for _ in range(2):
            with pytest.raises(ProviderUnavailable):
                stripe.authorise(bill())

        held = [stripe.authorise(bill()) for _ in range(2)]

        assert [charge.state for charge in held] == [State.AUTHORISED] * 2
        assert len(server.intents) == 1

    def test_makes_one_intent_though_the_first_try_may_have_failed_unsaved(
        self, stripe: Stripe, server: StripeServer
    ) -> None:
        """Somebody else asks under the same key, meanwhile: nobody goes on to the next before it is spent for all."""
        server.troubles = [fail(500)]
        with pytest.raises(ProviderUnavailable):
            stripe.authorise(bill())
        stripe.authorise(bill())

        stripe.authorise(bill())

        assert {key for _, path, _, key in server.requests if path == "/v1/payment_intents"} == {"key-1:create"}
        assert len(server.intents) == 1

    def test_is_declined_by_a_card_whose_refusal_got_lost(self, stripe: Stripe, server: StripeServer) -> None:
        server.troubles = [_nothing, lambda _: setattr(server, "losses", 1)]
        with pytest.raises(ProviderUnavailable):
            stripe.authorise(bill("pm_card_visa_chargeDeclined"))

        assert stripe.authorise(bill("pm_card_visa_chargeDeclined")).state == State.DECLINED

    def test_says_nothing_while_stripe_is_not_there(self, settings: Any) -> None:
        nowhere = Stripe(secret_key="sk", webhook_secret="", api_url="http://127.0.0.1:1", timeout_seconds=0.5)

        with pytest.raises(ProviderUnavailable):
            nowhere.authorise(bill())


class TestCapture:
    def test_gets_over_a_failure_that_stripe_saved(self, stripe: Stripe, server: StripeServer) -> None:
        held = stripe.authorise(bill())
        server.troubles = [server.fail_for_good]
        with pytest.raises(ProviderUnavailable):
            stripe.capture(held.reference)

        assert stripe.capture(held.reference).state == State.CAPTURED


class TestVoid:
    def test_gets_over_failures_that_stripe_saved(self, stripe: Stripe, server: StripeServer) -> None:
        server.troubles = [server.fail_for_good]
        with pytest.raises(ProviderUnavailable):
            stripe.authorise(bill())

        assert stripe.void(bill()).state == State.VOIDED
        assert stripe.authorise(bill()).state == State.VOIDED

    def test_cancels_the_intent_that_it_makes_for_a_key(self, stripe: Stripe, server: StripeServer) -> None:
        stripe.void(bill())

        assert [intent["status"] for intent in server.intents.values()] == ["canceled"]

    def test_has_nothing_to_do_for_what_is_no_card(self, stripe: Stripe) -> None:
        assert stripe.void(bill("pm_nobody_knows")).state == State.VOIDED


class TestRefund:
    def test_is_asked_for_once(self, stripe: Stripe, server: StripeServer) -> None:
        taken = stripe.capture(stripe.authorise(bill()).reference)

        for _ in range(2):
            stripe.refund(taken.reference)

        assert paths(server).count("refunds") == 1

    def test_gets_over_a_failure_that_stripe_saved(self, stripe: Stripe, server: StripeServer) -> None:
        taken = stripe.capture(stripe.authorise(bill()).reference)
        server.troubles = [_nothing, server.fail_for_good]
        with pytest.raises(ProviderUnavailable):
            stripe.refund(taken.reference)

        assert stripe.refund(taken.reference).state == State.REFUNDED

    def test_finds_out_what_a_lost_answer_said(self, stripe: Stripe, server: StripeServer) -> None:
        taken = stripe.capture(stripe.authorise(bill()).reference)
        server.troubles, server.losses = [], 0
        stripe.look_up(taken.reference)
        server.troubles = [lambda _: None, lambda _: setattr(server, "losses", 1)]
        with pytest.raises(ProviderUnavailable):
            stripe.refund(taken.reference)

        assert stripe.refund(taken.reference).state == State.REFUNDED

    @pytest.mark.parametrize("status", ["pending", "requires_action"])
    def test_is_on_its_way_and_asked_for_once_while_pending(
        self, stripe: Stripe, server: StripeServer, status: str
    ) -> None:
        server.status_of_refunds = status
        taken = stripe.capture(stripe.authorise(bill()).reference)

        assert [stripe.refund(taken.reference).state for _ in range(2)] == [State.REFUNDING] * 2
        assert paths(server).count("refunds") == 1
        server.settle_refund(taken.reference, "succeeded")
        assert stripe.refund(taken.reference).state == State.REFUNDED

    def test_of_a_part_leaves_the_rest_with_us(self, stripe: Stripe, server: StripeServer) -> None:
        taken = stripe.capture(stripe.authorise(bill()).reference)
        for amount in (500, 300):
            server.give_back_by_hand(taken.reference, amount)

        assert stripe.look_up(taken.reference) == dataclasses.replace(taken, given_back_minor=800)

    def test_of_more_parts_than_stripe_names_is_what_the_charge_counts(
        self, stripe: Stripe, server: StripeServer
    ) -> None:
        taken = stripe.capture(stripe.authorise(bill()).reference)
        for _ in range(11):
            server.give_back_by_hand(taken.reference, 10)
        refunds = server.intents[taken.reference]["latest_charge"]["refunds"]
        refunds.update(data=refunds["data"][-10:], has_more=True)

        assert stripe.look_up(taken.reference) == dataclasses.replace(taken, given_back_minor=110)

    def test_after_a_part_is_of_the_rest(self, stripe: Stripe, server: StripeServer) -> None:
        taken = stripe.capture(stripe.authorise(bill()).reference)
        server.give_back_by_hand(taken.reference, 500)

        assert stripe.refund(taken.reference).state == State.REFUNDED
        refunds = server.intents[taken.reference]["latest_charge"]["refunds"]["data"]
        assert [each["amount"] for each in refunds] == [500, 2000]

    def test_that_failed_is_not_done_and_can_be_repeated(self, stripe: Stripe, server: StripeServer) -> None:
        server.status_of_refunds = "failed"
        taken = stripe.capture(stripe.authorise(bill()).reference)
        with pytest.raises(ProviderUnavailable):
            stripe.refund(taken.reference)
        server.status_of_refunds = "succeeded"

        assert stripe.refund(taken.reference).state == State.REFUNDED

    @pytest.mark.parametrize("is_counted_still", [False, True])
    def test_that_the_bank_returned_is_seen(self, stripe: Stripe, server: StripeServer, is_counted_still: bool) -> None:
        taken = stripe.capture(stripe.authorise(bill()).reference)
        stripe.refund(taken.reference)
        server.settle_refund(taken.reference, "failed")
        server.intents[taken.reference]["latest_charge"]["refunded"] = is_counted_still

        assert stripe.look_up(taken.reference) == taken


class TestCharges:
    def listed(self, stripe: Stripe) -> list[str]:
        now = clock.now()
        page = stripe.charges(since=now - timedelta(hours=1), until=now + timedelta(hours=1), after="")
        return [each.charge.reference for each in page.charges]

    def test_say_when_their_place_is_lost(self, stripe: Stripe) -> None:
        stripe.authorise(bill())

        with pytest.raises(PlaceLost):
            stripe.charges(since=clock.now() - timedelta(hours=1), until=clock.now(), after="pi_404")

    def test_leave_out_what_others_did_with_the_account(self, stripe: Stripe, server: StripeServer) -> None:
        for key in ("1", "2", "3"):
            stripe.authorise(bill(key=key))
        server.intents["pi_1"]["metadata"] = {}
        server.intents["pi_2"]["metadata"]["shop"] = "https://another.example"

        assert self.listed(stripe) == ["pi_3"]

    @pytest.mark.parametrize("status", ["processing", "requires_action", "what_stripe_thinks_of_next"])
    def test_leave_out_what_is_not_decided(self, stripe: Stripe, server: StripeServer, status: str) -> None:
        for key in ("1", "2"):
            stripe.authorise(bill(key=key))
        server.intents["pi_2"]["status"] = status

        assert self.listed(stripe) == ["pi_1"]

    def test_come_with_what_was_given_back(self, stripe: Stripe, server: StripeServer) -> None:
        taken = stripe.capture(stripe.authorise(bill()).reference)
        server.give_back_by_hand(taken.reference, 300)

        page = stripe.charges(since=clock.now() - timedelta(hours=1), until=clock.now() + timedelta(hours=1), after="")

        assert [each.charge.given_back_minor for each in page.charges] == [300]
        assert server.requests[-1][2]["expand[0]"] == "data.latest_charge.refunds"


class TestReadNotice:
    def event(self, **changes: Any) -> bytes:
        thing = {
            "object": "payment_intent",
            "id": "pi_1",
            "metadata": {"shop": SHOP, "payment": "key-1"},
            **changes,
        }
        event = {"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "data": {"object": thing}}
        return json.dumps(event).encode()

    def read(self, stripe: Stripe, body: bytes, *, secret: str = SECRET, age_seconds: int = 0) -> Notice | None:
        signed_at = int(time.time()) - age_seconds
        header = library.WebhookSignature.generate_signature_header(body.decode("latin-1"), secret, signed_at)
        return stripe.read_notice(body=body, headers={"Stripe-Signature": header}, now=clock.now())

    def test_takes_an_event_about_an_intent_of_ours(self, stripe: Stripe) -> None:
        assert self.read(stripe, self.event()) == Notice(id="evt_1", key="key-1", reference="pi_1")

    def test_takes_an_event_about_its_charge(self, stripe: Stripe) -> None:
        body = self.event(object="charge", id="ch_1", payment_intent="pi_7")

        assert self.read(stripe, body) == Notice(id="evt_1", key="key-1", reference="pi_7")

    @pytest.mark.parametrize(
        "changes",
        [
            {"metadata": {}},
            {"metadata": None},
            {"metadata": {"shop": "https://another.example", "payment": "key-1"}},
            {"object": "customer", "id": "cus_1"},
        ],
    )
    def test_passes_over_what_others_did_with_the_account(self, stripe: Stripe, changes: Any) -> None:
        assert self.read(stripe, self.event(**changes)) is None

    def test_takes_one_about_a_refund_that_somebody_made_by_hand(self, stripe: Stripe) -> None:
        body = self.event(object="refund", id="re_1", payment_intent="pi_7", metadata={})

        assert self.read(stripe, body) == Notice(id="evt_1", key=None, reference="pi_7")

    @pytest.mark.parametrize("how", [{"secret": "whsec_other"}, {"age_seconds": 301}])
    def test_refuses_what_is_forged_or_old(self, stripe: Stripe, how: Any) -> None:
        with pytest.raises(ForgedNotice):
            self.read(stripe, self.event(), **how)

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"id": 1, "data": {"object": 3}}', b"\xff"])
    def test_refuses_what_stripe_would_not_send(self, stripe: Stripe, body: bytes) -> None:
        with pytest.raises(ForgedNotice):
            self.read(stripe, body)

    @pytest.mark.parametrize("header", ["", "t=1", "t=x,v1=y", "v1=", "t=1,v1=\u00fc", "t=" + "9" * 5000 + ",v1=0"])
    def test_refuses_what_is_not_signed(self, stripe: Stripe, header: str) -> None:
        with pytest.raises(ForgedNotice):
            stripe.read_notice(body=self.event(), headers={"Stripe-Signature": header}, now=clock.now())


class TestAmounts:
    @pytest.mark.parametrize(
        ("amount", "currency", "written"),
        [
            ("10.00", "USD", 1000),
            ("500", "JPY", 500),
            ("5", "ISK", 500),
            ("5", "UGX", 500),
            ("5.120", "KWD", 5120),
        ],
    )
    def test_are_written_as_stripe_counts(self, amount: str, currency: str, written: int) -> None:
        money = Money.parse(amount, currency)

        assert to_stripe(money) == written
        assert from_stripe(written, currency.lower()) == money
        assert Decimal(money.amount()) == Decimal(amount)


@pytest.mark.django_db(transaction=True)
class TestOrder:
    def place(self, token: str = "pm_card_visa") -> Order:
        return services.place_order(
            customer_id=uuid.uuid4(),
            items=[rules.Item(OfferFactory().sku, 2)],
            shipping_address=ADDRESS,
            provider="stripe",
            token=token,
            expected_total=None,
            now=clock.now(),
        )

    @pytest.fixture(autouse=True)
    def _switched_on(self, stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(PROVIDERS, "stripe", stripe)

    def test_is_paid_and_refunded(
        self, hear: Callable[..., bool], told: Any, server: StripeServer, client_of: Any
    ) -> None:
        order = self.place()
        hear(StockReserved(version=1, order_id=str(order.id)))
        assert Order.objects.get(id=order.id).status == "confirmed"

        client_of(order.customer_id).post(f"/api/v1/orders/{order.id}/cancel/")
        hear(told.named(RefundRequested)[0])

        assert Order.objects.get(id=order.id).payment.status == "refunded"
        assert [intent["latest_charge"]["refunded"] for intent in server.intents.values()] == [True]

    def test_is_refunded_again_when_the_bank_returned_the_money(
        self, hear: Callable[..., bool], told: Any, stripe: Stripe, server: StripeServer, client_of: Any, caplog: Any
    ) -> None:
        order = self.place()
        hear(StockReserved(version=1, order_id=str(order.id)))
        client_of(order.customer_id).post(f"/api/v1/orders/{order.id}/cancel/")
        hear(told.named(RefundRequested)[0])
        event = {"id": "evt_1", "type": "refund.failed", "data": {"object": server.settle_refund("pi_1", "failed")}}
        notice = TestReadNotice().read(stripe, json.dumps(event).encode())
        assert notice is not None

        for _ in range(2):
            hear(PaymentReported(version=1, provider="stripe", key=notice.key, reference=notice.reference))

        payment = Order.objects.get(id=order.id).payment
        assert (payment.status, payment.refund_due_since is not None) == ("captured", True)
        assert OrderEvent.objects.filter(fact="payments.refund_failed.v1").count() == 1
        assert any(f"the refund of order {order.number} failed" in each.getMessage() for each in caplog.records)
        services.refund_unwanted_payments(now=clock.now() + timedelta(minutes=1))
        assert Order.objects.get(id=order.id).payment.status == "refunded"

    def test_is_refunded_when_that_is_no_longer_pending(
        self, hear: Callable[..., bool], told: Any, stripe: Stripe, server: StripeServer, client_of: Any
    ) -> None:
        """Not before: its customer would be told of money that may never come."""
        order = self.cancelled_while_refunds_are_pending(hear, told, server, client_of)
        services.refund_unwanted_payments(now=clock.now() + timedelta(minutes=1))
        assert self.stands(order) == ("captured", True, ["refund_pending"])
        assert not told.named(OrderRefunded)

        self.notice_of(stripe, server.settle_refund("pi_1", "succeeded"), hear)

        assert self.stands(order) == ("refunded", False, ["refund_pending", "payment_refunded"])
        assert len(told.named(OrderRefunded)) == 1
        assert paths(server).count("refunds") == 1

    def test_is_refunded_again_when_a_pending_refund_failed(
        self, hear: Callable[..., bool], told: Any, stripe: Stripe, server: StripeServer, client_of: Any
    ) -> None:
        order = self.cancelled_while_refunds_are_pending(hear, told, server, client_of)

        self.notice_of(stripe, server.settle_refund("pi_1", "failed"), hear)
        assert self.stands(order) == ("captured", True, ["refund_pending", "refund_failed"])
        services.refund_unwanted_payments(now=clock.now() + timedelta(minutes=1))
        assert self.stands(order) == ("captured", True, ["refund_pending", "refund_failed", "refund_pending"])
        self.notice_of(stripe, server.settle_refund("pi_1", "succeeded"), hear)

        assert self.stands(order)[0] == "refunded"

    def cancelled_while_refunds_are_pending(
        self, hear: Callable[..., bool], told: Any, server: StripeServer, client_of: Any
    ) -> Order:
        server.status_of_refunds = "pending"
        order = self.place()
        hear(StockReserved(version=1, order_id=str(order.id)))
        client_of(order.customer_id).post(f"/api/v1/orders/{order.id}/cancel/")
        hear(told.named(RefundRequested)[0])
        return order

    def notice_of(self, stripe: Stripe, thing: dict[str, Any], hear: Callable[..., bool]) -> None:
        event = {"id": "evt_1", "type": "refund.updated", "data": {"object": thing}}
        notice = TestReadNotice().read(stripe, json.dumps(event).encode())
        assert notice is not None
        for _ in range(2):
            hear(PaymentReported(version=1, provider="stripe", key=notice.key or "", reference=notice.reference))

    def stands(self, order: Order) -> tuple[str, bool, list[str]]:
        """Its payment, whether its refund is due, and what its time line says of that."""
        payment = Payment.objects.get(order_id=order.id)
        events = OrderEvent.objects.filter(order_id=order.id, fact__contains="refund").exclude(
            fact=OrderEvent.Name.REFUNDED
        )
        return payment.status, payment.refund_due_since is not None, [event.fact.split(".")[1] for event in events]

    def test_that_is_given_back_by_hand_is_called_off_while_that_is_pending(
        self, hear: Callable[..., bool], stripe: Stripe, server: StripeServer
    ) -> None:
        server.status_of_refunds = "pending"
        order = self.place()
        hear(StockReserved(version=1, order_id=str(order.id)))

        self.notice_of(stripe, server.give_back_by_hand("pi_1", 2500), hear)

        assert Order.objects.get(id=order.id).status == "cancelled"
        assert self.stands(order) == ("captured", True, ["refund_pending"])

    def test_of_which_a_part_is_given_back_by_hand_goes_on_and_shows_it(
        self, hear: Callable[..., bool], stripe: Stripe, server: StripeServer
    ) -> None:
        order = self.place()
        hear(StockReserved(version=1, order_id=str(order.id)))

        self.notice_of(stripe, server.give_back_by_hand("pi_1", 700), hear)

        assert Order.objects.get(id=order.id).status == "confirmed"
        assert self.stands(order) == ("captured", False, ["payment_partly_refunded"])
        assert OrderEvent.objects.get(fact__contains="partly").detail == "7.00 USD of 25.00 USD, by hand at stripe"
        breaches = [breach.finding for breach in sold_orders_are_paid_and_deducted_once(BooksOfTheTold())]
        assert breaches == ["7.00 USD of 25.00 USD were given back at stripe by hand"]

    def test_is_paid_whole_again_when_the_part_came_back(
        self, hear: Callable[..., bool], stripe: Stripe, server: StripeServer
    ) -> None:
        order = self.place()
        hear(StockReserved(version=1, order_id=str(order.id)))
        self.notice_of(stripe, server.give_back_by_hand("pi_1", 700), hear)

        self.notice_of(stripe, server.settle_refund("pi_1", "failed"), hear)

        assert Payment.objects.get().given_back_minor == 0
        assert list(sold_orders_are_paid_and_deducted_once(BooksOfTheTold())) == []

    def test_a_part_of_which_was_given_back_is_cancelled_with_the_rest(
        self, hear: Callable[..., bool], told: Any, stripe: Stripe, server: StripeServer, client_of: Any
    ) -> None:
        order = self.place()
        hear(StockReserved(version=1, order_id=str(order.id)))
        self.notice_of(stripe, server.give_back_by_hand("pi_1", 700), hear)

        client_of(order.customer_id).post(f"/api/v1/orders/{order.id}/cancel/")
        hear(told.named(RefundRequested)[0])

        payment = Payment.objects.get()
        assert (payment.status, payment.given_back_minor) == ("refunded", 0)
        assert server.intents["pi_1"]["latest_charge"]["refunded"]

    def test_that_nobody_knows_is_not_asked_about_for_a_refund_by_hand(
        self, stripe: Stripe, server: StripeServer, settings: Any, client_of: Any, told: Any
    ) -> None:
        """Others share the account: a refund that is made by hand does not say whose it is."""
        self.place()
        thing = {"object": "refund", "id": "re_1", "payment_intent": "pi_of_others", "metadata": {}}
        body = json.dumps({"id": "evt_1", "data": {"object": thing}}).encode()
        header = library.WebhookSignature.generate_signature_header(body.decode(), SECRET, int(time.time()))

        receive_notice(provider="stripe", body=body, headers={"Stripe-Signature": header}, now=clock.now())

        assert not told.named(PaymentReported)

    @pytest.mark.parametrize(
        ("lost", "status", "intent"), [(2, "cancelled", "canceled"), (3, "confirmed", "succeeded")]
    )
    def test_is_not_charged_anew_after_stripe_forgot_its_key(
        self, hear: Callable[..., bool], server: StripeServer, lost: int, status: str, intent: str
    ) -> None:
        order = self.place()
        server.troubles = [*[lambda _: None] * (lost - 1), lambda _: setattr(server, "losses", 1)]
        with pytest.raises(TryAgainLater):
            hear(StockReserved(version=1, order_id=str(order.id)))
        server.forget_keys()
        days_ago = clock.now() - timedelta(days=2)
        Order.objects.update(placed_at=days_ago)
        Payment.objects.update(created_at=days_ago, processing_since=days_ago)

        services.resume_payments(now=clock.now())

        assert Order.objects.get(id=order.id).status == status
        assert [made["status"] for made in server.intents.values()] == [intent]

    def test_whose_asker_died_before_asking_spends_its_key_days_later(
        self, hear: Callable[..., bool], server: StripeServer
    ) -> None:
        order = self.place()
        server.troubles = [fail(503)]
        with pytest.raises(TryAgainLater):
            hear(StockReserved(version=1, order_id=str(order.id)))
        days_ago = clock.now() - timedelta(days=2)
        Order.objects.update(placed_at=days_ago)
        Payment.objects.update(created_at=days_ago, processing_since=days_ago)

        services.resume_payments(now=clock.now())

        assert Order.objects.get(id=order.id).status == "cancelled"
        assert [made["status"] for made in server.intents.values()] == ["canceled"]

    def test_is_cancelled_when_the_card_is_declined(self, hear: Callable[..., bool]) -> None:
        order = self.place("pm_card_visa_chargeDeclined")

        hear(StockReserved(version=1, order_id=str(order.id)))

        order = Order.objects.select_related("payment").get(id=order.id)
        assert (order.cancel_reason, order.payment.failure_code) == ("payment_declined", "generic_decline")

    def test_is_confirmed_by_a_notice_when_the_answer_was_lost(
        self, hear: Callable[..., bool], server: StripeServer
    ) -> None:
        order = self.place()
        server.troubles = [lambda _: None, lambda _: None, lambda _: setattr(server, "losses", 1)]
        with pytest.raises(TryAgainLater):
            hear(StockReserved(version=1, order_id=str(order.id)))
        assert [intent["status"] for intent in server.intents.values()] == ["succeeded"]

        hear(PaymentReported(version=1, provider="stripe", key=str(order.payment.id), reference="pi_1"))

        assert Order.objects.get(id=order.id).status == "confirmed"
        assert len(server.intents) == 1
