"""Whatever happens to orders, in any sequence, however often and wherever it is cut off, ends as the model says."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from common.contracts import OrderCancelled, OrderConfirmed, OrderDelivered, OrderRefunded, OrderShipped, Shortage
from common.testing.plugin import Told
from common.topology import ORDERS, PRODUCTS, Service
from ops.verify import orders as verified
from ops.verify.books import Books, Row
from order_svc.orders import errors, rules, services
from order_svc.orders.models import Order
from order_svc.payments.models import Payment, SandboxCharge
from order_svc.payments.services import ProviderUnavailable
from tests.order_svc.factories import ADDRESS, NOON, OfferFactory, Somebody
from tests.order_svc.orders.life import LIMIT_SECONDS, Expected, Trouble
from tests.order_svc.providers import Interrupted, ProcessDied, be_away, die

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = ("authorise", "capture", "void", "refund")
# Mostly nothing goes wrong, or no order would ever get far.
POINTS = st.sampled_from([*[""] * 12, *(f"{when} {call}" for call in CALLS for when in ("before", "after"))])
KINDS = st.sampled_from(["paid"] * 4 + ["good card"] * 2 + ["bad card", "lacking"])
WHICH = st.integers(0, 2)
SELLERS = {"mira": uuid.UUID(int=1), "noah": uuid.UUID(int=2)}
MONEY = {"authorised": "held", "succeeded": "taken", "declined": "declined", "voided": "let go", "refunded": "back"}
# No sum of few of them is the time limit to the second.
PAUSES = st.sampled_from([*[0] * 10, 7, 37, 37, LIMIT_SECONDS + 1])


class Life(RuleBasedStateMachine):
    """Some orders, everything that can be done to them, and beside each what ought to have become of it."""

    def __init__(self, provider: Interrupted) -> None:
        super().__init__()
        self.provider = provider
        self.seconds = 0
        self.expected: dict[uuid.UUID, Expected] = {}
        self.is_lacking: dict[uuid.UUID, bool] = {}

    @initialize(kinds=st.lists(KINDS, min_size=3, max_size=3))
    def place(self, kinds: list[str]) -> None:
        for sku, seller_id in SELLERS.items():
            OfferFactory(sku=sku, seller_id=seller_id)
        for which, kind in enumerate(kinds):
            is_card_good = kind != "bad card"
            order_id = self._place("tok_success" if is_card_good else "tok_declined")
            self.expected[order_id] = Expected(placed_at=self.seconds, is_card_good=is_card_good)
            self.is_lacking[order_id] = kind == "lacking"
            if kind == "paid":
                self.hear_of_the_stock(which, 0, "", is_killed=False)

    @rule(which=WHICH, pause=PAUSES, point=POINTS, is_killed=st.booleans())
    def hear_of_the_stock(self, which: int, pause: int, point: str, is_killed: bool) -> None:
        order_id = self._order(which, pause)
        if self.is_lacking[order_id]:
            shortage = Shortage(sku="mira", wanted=1, available=0)
            services.reject_order(order_id=str(order_id), shortages=[shortage], now=self.now)
            self.expected[order_id].reject(self.seconds)
            return
        with self._trouble(point, is_killed=is_killed):
            services.pay_order(order_id=order_id, now=self.now)
        with suppress(Trouble):
            self.expected[order_id].pay(self.seconds, point)

    @rule(which=WHICH, pause=PAUSES, point=POINTS, is_killed=st.booleans())
    def hear_from_the_provider(self, which: int, pause: int, point: str, is_killed: bool) -> None:
        order_id = self._order(which, pause)
        payment = Payment.objects.get(order_id=order_id)
        charge = SandboxCharge.objects.filter(idempotency_key=payment.idempotency_key).first()
        reference = f"sandbox_{charge.pk if charge else 0}"
        with self._trouble(point, is_killed=is_killed):
            services.follow_report(provider="sandbox", key=payment.idempotency_key, reference=reference, now=self.now)
        with suppress(Trouble):
            self.expected[order_id].report(self.seconds, point)

    @rule(which=WHICH, pause=PAUSES, point=POINTS, is_killed=st.booleans())
    def hear_that_a_refund_is_due(self, which: int, pause: int, point: str, is_killed: bool) -> None:
        order_id = self._order(which, pause)
        with self._trouble(point, is_killed=is_killed):
            services.refund_order(order_id=order_id, now=self.now)
        with suppress(Trouble):
            self.expected[order_id].refund(point)

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
            order.resume(self.seconds, point)
        for order in self.expected.values():
            order.resume_refund(self.seconds, point)
        for order in self.expected.values():
            order.expire(self.seconds, point)

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        orders = Order.objects.select_related("payment").in_bulk(list(self.expected))
        books = dict(SandboxCharge.objects.values_list("idempotency_key", "status"))
        for order_id, expected in self.expected.items():
            order = orders[order_id]
            money = MONEY.get(books.get(order.payment.idempotency_key, ""), "")
            assert (order.status, order.cancel_reason) == (expected.status, expected.reason)
            assert (order.payment.status, money) == (expected.payment, expected.money)
            assert (order.payment.refund_due_since is not None) == expected.is_refund_due

    def teardown(self) -> None:
        """In the end the sweepers bring all to an end, the books agree, and each thing was told once."""
        try:
            self._come_to_an_end()
            self._compare_with_what_was_told()
            books = BooksOfTheTold()
            for proof in (
                verified.sold_orders_are_paid_and_deducted_once,
                verified.cancelled_orders_hold_nothing,
                verified.buyers_were_told_once,
            ):
                assert list(proof(books)) == []
        finally:
            _empty_the_shop()

    @property
    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def _place(self, token: str) -> uuid.UUID:
        order = services.place_order(
            customer_id=uuid.uuid4(),
            items=[rules.Item(sku, 1) for sku in SELLERS],
            shipping_address=ADDRESS,
            provider="sandbox",
            token=token,
            expected_total=None,
            now=self.now,
        )
        return order.id

    def _order(self, which: int, pause: int) -> uuid.UUID:
        """That order, after a while."""
        self.seconds += pause
        return list(self.expected)[which]

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
            is_refunded = Payment.objects.get(order_id=order_id).status == "refunded"
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


def _is_done(act: Callable[..., Any], **given: Any) -> bool:
    try:
        act(**given)
    except (errors.NotCancellable, errors.NotShippable, errors.NotDeliverable):
        return False
    return True


def _empty_the_shop() -> None:
    tables = "orders_order, orders_orderline, orders_orderevent, payments_payment, payments_sandboxcharge"
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}, payments_straycharge, offers_offer, events_outbox CASCADE")


def test_an_order_lives_as_the_model_says(provider: Interrupted) -> None:
    bounded = settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))

    run_state_machine_as_test(lambda: Life(provider), settings=bounded)
