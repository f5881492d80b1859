"""Whatever happens to orders, in any sequence, however often and wherever it is cut off, ends as the model says."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from common import clock
from common.contracts import OrderCancelled, OrderConfirmed, OrderDelivered, OrderRefunded, OrderShipped, Shortage
from common.testing.plugin import Told
from common.topology import ORDERS, PRODUCTS, Service
from ops.verify import orders as verified
from ops.verify.books import Books, Row
from order_svc.orders import errors, events, services
from order_svc.orders.models import Order, OrderEvent
from order_svc.payments.models import Payment, SandboxCharge
from order_svc.payments.services import ProviderUnavailable
from tests.order_svc.factories import NOON, OfferFactory, Somebody, order_body
from tests.order_svc.orders.life import LIMIT_SECONDS, Cut, Expected, Trouble
from tests.order_svc.providers import Interrupted, ProcessDied, be_away, die

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = ("authorise", "capture", "void", "refund")
# Mostly nothing goes wrong, or no order would ever get far.
POINTS = st.sampled_from([*[""] * 12, *(f"{when} {call}" for call in CALLS for when in ("before", "after"))])
KINDS = st.sampled_from(["paid"] * 4 + ["good card"] * 2 + ["bad card"])
MOST_ORDERS = 5
WHICH = st.integers(0, MOST_ORDERS - 1)
SELLERS = {"mira": uuid.UUID(int=1), "noah": uuid.UUID(int=2)}
MONEY = {"authorised": "held", "succeeded": "taken", "declined": "declined", "voided": "let go", "refunded": "back"}
SAID = {
    OrderEvent.Name.PAYMENT_AUTHORISED: "held",
    OrderEvent.Name.PAYMENT_CAPTURED: "taken",
    OrderEvent.Name.PAYMENT_DECLINED: "declined",
    OrderEvent.Name.PAYMENT_VOIDED: "let go",
    OrderEvent.Name.PAYMENT_REFUNDED: "back",
}
# No sum of few of them is the time limit to the second.
PAUSES = st.sampled_from([*[0] * 10, 7, 37, 37, LIMIT_SECONDS + 1])


class Life(RuleBasedStateMachine):
    """Some orders, everything that can be done to them, and beside each what ought to have become of it."""

    def __init__(self, provider: Interrupted, client_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.provider = provider
        self.client_of = client_of
        self.monkeypatch = monkeypatch
        self.seconds = 0
        self.expected: dict[uuid.UUID, Expected] = {}
        self.requests: dict[uuid.UUID, Callable[[], Any]] = {}
        """What placed each order, to be sent again."""
        # Ours, and Django's own, which dates rows.
        monkeypatch.setattr(clock, "now", lambda: self.now)
        monkeypatch.setattr(timezone, "now", lambda: self.now)

    @initialize(kinds=st.lists(KINDS, min_size=3, max_size=3))
    def open_shop(self, kinds: list[str]) -> None:
        for sku, seller_id in SELLERS.items():
            OfferFactory(sku=sku, seller_id=seller_id)
        for kind in kinds:
            self.place(kind, is_killed=False)

    @precondition(lambda self: len(self.expected) < MOST_ORDERS)
    @rule(kind=KINDS, is_killed=st.booleans())
    def place(self, kind: str, is_killed: bool) -> None:
        """A customer whose request was cut off sends it again."""
        is_card_good = kind != "bad card"
        send = self._request("tok_success" if is_card_good else "tok_declined")
        if is_killed:
            with self.monkeypatch.context() as dying:
                dying.setattr(events, "order_placed", lambda *_: die())
                with pytest.raises(ProcessDied):
                    send()
        order_id = uuid.UUID(send().json()["id"])
        self.requests[order_id] = send
        self.expected[order_id] = Expected(placed_at=self.seconds, is_card_good=is_card_good)
        if kind == "paid":
            self.hear_that_it_is_reserved(len(self.expected) - 1, 0, "", is_killed=False)

    @rule(which=WHICH, pause=PAUSES)
    def send_the_order_again(self, which: int, pause: int) -> None:
        order_id = self._order(which, pause)
        again = self.requests[order_id]()
        assert (again.json()["id"], again["Idempotent-Replayed"]) == (str(order_id), "true")
        assert Order.objects.count() == len(self.expected)

    @rule(which=WHICH, pause=PAUSES, point=POINTS, is_killed=st.booleans())
    def hear_that_it_is_reserved(self, which: int, pause: int, point: str, is_killed: bool) -> None:
        order_id = self._order(which, pause)
        with self._trouble(point, is_killed=is_killed):
            services.pay_order(order_id=order_id, now=self.now)
        with suppress(Trouble):
            self.expected[order_id].pay(self.seconds, Cut(point, is_killed))

    @rule(which=WHICH, pause=PAUSES)
    def hear_that_it_is_lacking(self, which: int, pause: int) -> None:
        """Before or after it is said to be reserved: whichever comes first counts."""
        order_id = self._order(which, pause)
        shortage = Shortage(sku="mira", wanted=1, available=0)
        services.reject_order(order_id=str(order_id), shortages=[shortage], now=self.now)
        self.expected[order_id].reject(self.seconds)

    @rule(which=WHICH, pause=PAUSES, point=POINTS, is_killed=st.booleans())
    def hear_from_the_provider(self, which: int, pause: int, point: str, is_killed: bool) -> None:
        order_id = self._order(which, pause)
        payment = Payment.objects.get(order_id=order_id)
        charge = SandboxCharge.objects.filter(idempotency_key=payment.idempotency_key).first()
        reference = f"sandbox_{charge.pk if charge else 0}"
        with self._trouble(point, is_killed=is_killed):
            services.follow_report(provider="sandbox", key=payment.idempotency_key, reference=reference, now=self.now)
        with suppress(Trouble):
            self.expected[order_id].report(self.seconds, Cut(point, is_killed))

    @rule(which=WHICH, pause=PAUSES, point=POINTS, is_killed=st.booleans())
    def hear_that_a_refund_is_due(self, which: int, pause: int, point: str, is_killed: bool) -> None:
        order_id = self._order(which, pause)
        with self._trouble(point, is_killed=is_killed):
            services.refund_order(order_id=order_id, now=self.now)
        with suppress(Trouble):
            self.expected[order_id].refund(Cut(point, is_killed))

    @rule(which=WHICH, pause=PAUSES)
    def give_back_by_hand(self, which: int, pause: int) -> None:
        """Somebody presses a button at the provider, which says so."""
        order_id = self._order(which, pause)
        if self.expected[order_id].payment != "captured":
            return
        charge = SandboxCharge.objects.get(idempotency_key=Payment.objects.get(order_id=order_id).idempotency_key)
        SandboxCharge.objects.filter(pk=charge.pk, status="succeeded").update(status="refunded")
        reference = f"sandbox_{charge.pk}"
        services.follow_report(provider="sandbox", key=charge.idempotency_key, reference=reference, now=self.now)
        self.expected[order_id].give_back_by_hand(self.seconds)

    @rule(which=WHICH, pause=PAUSES)
    def cancel(self, which: int, pause: int) -> None:
        order_id = self._order(which, pause)
        customer = Somebody(Order.objects.get(id=order_id).customer_id)
        done = _is_done(services.cancel_order, person=customer, order_id=order_id, now=self.now)
        assert done == self.expected[order_id].cancel(self.seconds)

    @rule(which=WHICH, pause=PAUSES, seller=st.sampled_from(sorted(SELLERS)))
    def ship(self, which: int, pause: int, seller: str) -> None:
        order_id = self._order(which, pause)
        person = Somebody(SELLERS[seller], roles=frozenset({"seller"}))
        done = _is_done(services.ship_order, person=person, order_id=order_id, tracking="", now=self.now)
        assert done == self.expected[order_id].ship(seller)

    @rule(which=WHICH, pause=PAUSES)
    def deliver(self, which: int, pause: int) -> None:
        order_id = self._order(which, pause)
        staff = Somebody(uuid.uuid4(), roles=frozenset({"support"}))
        done = _is_done(services.deliver_order, person=staff, order_id=order_id, now=self.now)
        assert done == self.expected[order_id].deliver()

    @rule(pause=PAUSES, point=POINTS)
    def sweep(self, pause: int, point: str) -> None:
        """A sweeper lives through a provider that is away."""
        self.seconds += pause
        with self._trouble(point, is_killed=False):
            self._sweep()
        for order in self.expected.values():
            order.resume(self.seconds, Cut(point))
        for order in self.expected.values():
            order.resume_refund(self.seconds, Cut(point))
        for order in self.expected.values():
            order.expire(self.seconds)

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        orders = Order.objects.select_related("payment").prefetch_related("events").in_bulk(list(self.expected))
        books = dict(SandboxCharge.objects.values_list("idempotency_key", "status"))
        for order_id, expected in self.expected.items():
            order = orders[order_id]
            money = MONEY.get(books.get(order.payment.idempotency_key, ""), "")
            assert (order.status, order.cancel_reason) == (expected.status, expected.reason)
            assert (order.payment.status, money) == (expected.payment, expected.money)
            assert (order.payment.refund_due_since is not None) == expected.is_refund_due
            assert said_of(order) == expected.said

    def teardown(self) -> None:
        """In the end the sweepers bring all to an end, the books agree, and each thing was told once."""
        try:
            self._come_to_an_end()
            self._compare_with_what_was_told()
            books = BooksOfTheTold()
            unpaid = {breach.subject for breach in verified.sold_orders_are_paid_and_deducted_once(books)}
            assert unpaid == {f"order {order_id}" for order_id, order in self.expected.items() if order.is_lost}
            for proof in (
                verified.cancelled_orders_hold_nothing,
                verified.no_order_stays_open,
                verified.buyers_were_told_once,
            ):
                assert list(proof(books)) == []
        finally:
            _empty_the_shop()

    @property
    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def _request(self, token: str) -> Callable[[], Any]:
        """A request of some customer to place an order, as often as it is sent the same."""
        client, key = self.client_of(uuid.uuid4(), "customer"), uuid.uuid4().hex
        body = order_body(*((sku, 1) for sku in SELLERS), payment={"provider": "sandbox", "token": token})
        return lambda: client.post("/api/v1/orders/", body, headers={"Idempotency-Key": key})

    def _order(self, which: int, pause: int) -> uuid.UUID:
        """That order, after a while."""
        self.seconds += pause
        return list(self.expected)[which % len(self.expected)]

    def _come_to_an_end(self) -> None:
        for _ in range(3):
            self.seconds += LIMIT_SECONDS + 1 + self.seconds // 5
            self._sweep()
        assert set(Order.objects.values_list("status", flat=True)) <= {
            "confirmed",
            "shipped",
            "delivered",
            "cancelled",
        }

    def _sweep(self) -> None:
        services.resume_payments(now=self.now)
        services.refund_unwanted_payments(now=self.now)
        services.expire_unsettled_orders(placed_before=self.now - timedelta(seconds=LIMIT_SECONDS), now=self.now)

    def _compare_with_what_was_told(self) -> None:
        told = Told()
        for order_id, expected in self.expected.items():
            facts = [fact for fact in told if fact.aggregate == str(order_id) and fact.name.startswith("orders.")]
            status = Order.objects.get(id=order_id).status
            counts = [
                sum(isinstance(fact, contract) for fact in facts)
                for contract in (OrderConfirmed, OrderCancelled, OrderShipped, OrderDelivered, OrderRefunded)
            ]
            is_refunded = Payment.objects.get(order_id=order_id).status == "refunded" and not expected.is_lost
            assert counts == [
                any(isinstance(fact, OrderConfirmed) for fact in facts),
                status == "cancelled",
                len(expected.parcels),
                status == "delivered",
                is_refunded,
            ]
            assert [fact.version for fact in facts] == list(range(1, len(facts) + 1))

    def _trouble(self, point: str, *, is_killed: bool) -> Any:
        """Let it be cut off there; what follows finds a provider that works."""
        when, _, call = point.partition(" ")
        self.provider.before.clear()
        self.provider.after.clear()
        if point:
            happenings = self.provider.before if when == "before" else self.provider.after
            happenings[call] = die if is_killed else be_away
        return _CutOff(self.provider)


class _CutOff:
    """Lives through what a worker would not, or would try again."""

    def __init__(self, provider: Interrupted) -> None:
        self.provider = provider

    def __enter__(self) -> None:
        """The trouble is set up already."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        self.provider.before.clear()
        self.provider.after.clear()
        return kind is not None and issubclass(kind, ProcessDied | ProviderUnavailable)


class BooksOfTheTold(Books):
    """Our own database, and beside it those of two services that did what the facts told them."""

    def __init__(self) -> None:
        super().__init__(databases={}, broker_url="", storage_url="")

    def rows(self, service: Service, sql: str, *parameters: object) -> list[Row]:
        if service is ORDERS:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters or None)
                names = [column.name for column in cursor.description]
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        told = Told()
        confirmed, cancelled = told.named(OrderConfirmed), {fact.order_id for fact in told.named(OrderCancelled)}
        if service is not PRODUCTS:
            return [{"id": fact.order_id, "user_id": uuid.UUID(fact.customer_id), "times": 1} for fact in confirmed]
        if "inventory_reservation" in sql:
            return []
        sold = [fact for fact in confirmed if fact.order_id not in cancelled]
        return [
            {"order_id": uuid.UUID(fact.order_id), "sku": line.sku, "sold": line.quantity}
            for fact in sold
            for line in fact.lines
        ]


def said_of(order: Order) -> list[str]:
    """What its time line tells of payment calls, in the model's words."""
    return [_in_short(event) for event in order.events.all() if event.fact.startswith("payments.")]


def _in_short(event: OrderEvent) -> str:
    if event.fact == OrderEvent.Name.PAYMENT_UNANSWERED:
        return f"no answer to {event.detail.partition(':')[0]}"
    return SAID[event.fact] + (", perhaps" if "not known" in event.detail else "")


def _is_done(act: Callable[..., Any], **given: Any) -> bool:
    try:
        act(**given)
    except (errors.NotCancellable, errors.NotShippable, errors.NotDeliverable):
        return False
    return True


def _empty_the_shop() -> None:
    tables = "orders_order, orders_orderline, orders_orderevent, payments_payment, payments_sandboxcharge, "
    tables += "idempotency_keyedanswer"
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}, payments_straycharge, offers_offer, events_outbox CASCADE")


def test_an_order_lives_as_the_model_says(
    provider: Interrupted, client_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bounded = settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))

    run_state_machine_as_test(lambda: Life(provider, client_of, monkeypatch), settings=bounded)
