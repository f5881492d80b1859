"""After placing: orders are called off, sent and delivered, each once, and money and facts follow."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common import clock
from common.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderRefunded,
    OrderShipped,
    PaymentReported,
    RefundRequested,
    StockReserved,
)
from common.events.subscriptions import TryAgainLater
from ops.verify.orders import sold_orders_are_paid_and_deducted_once
from order_svc.orders import rules, services
from order_svc.orders.models import Order, OrderLine, Status
from order_svc.payments.models import Payment, SandboxCharge
from tests.order_svc.factories import ADDRESS, OfferFactory, Somebody, placed_order
from tests.order_svc.orders.test_life import BooksOfTheTold
from tests.order_svc.providers import Interrupted, ProcessDied, be_away, die
from tests.order_svc.races import together

pytestmark = pytest.mark.django_db(transaction=True)

Hear = Callable[..., bool]

ORDERS = "/api/v1/orders/"
ADA, EVE, MIRA, NOAH = (uuid.uuid4() for _ in range(4))
STAFF = Somebody(uuid.uuid4(), roles=frozenset({"support"}))


@pytest.fixture
def ada(client_of: Callable[..., Any]) -> Any:
    return client_of(ADA, "customer")


@pytest.fixture
def mira(client_of: Callable[..., Any]) -> Any:
    return client_of(MIRA, "seller")


@pytest.fixture
def noah(client_of: Callable[..., Any]) -> Any:
    return client_of(NOAH, "seller")


@pytest.fixture
def staff(client_of: Callable[..., Any]) -> Any:
    return client_of(STAFF.id, "support")


def confirmed(hear: Hear, **changes: Any) -> Order:
    order = placed_order(customer_id=ADA, **changes)
    hear(reserved(order))
    return Order.objects.get(id=order.id)


def of_two_sellers(hear: Hear) -> Order:
    """A mug of Mira's and a pot of Noah's, paid."""
    OfferFactory(sku="MUG", seller_id=MIRA)
    OfferFactory(sku="POT", seller_id=NOAH, price_minor=2000)
    order = placed(ADA, [rules.Item("MUG", 1), rules.Item("POT", 1)])
    hear(reserved(order))
    return order


def placed(customer_id: uuid.UUID, items: list[rules.Item]) -> Order:
    return services.place_order(
        customer_id=customer_id,
        items=items,
        shipping_address=ADDRESS,
        provider="sandbox",
        token="tok_success",
        expected_total=None,
        now=clock.now(),
    )


def reserved(order: Order) -> StockReserved:
    return StockReserved(version=1, order_id=str(order.id))


def reported(order: Order) -> PaymentReported:
    payment = Payment.objects.get(order_id=order.id)
    return PaymentReported(version=1, provider="sandbox", key=str(payment.id), reference=payment.provider_reference)


def post(client: Any, order: Order, what: str, body: Any = None) -> Any:
    return client.post(f"{ORDERS}{order.id}/{what}/", body or {}, format="json")


def states(order: Order) -> tuple[str, str]:
    order = Order.objects.select_related("payment").get(id=order.id)
    return order.status, order.payment.status


class TestCancelling:
    def test_a_placed_order_costs_nothing(self, ada: Any, told: Any) -> None:
        order = placed_order(customer_id=ADA)

        response = post(ada, order, "cancel")

        assert response.status_code == 200
        assert (response.json()["status"], response.json()["cancel_reason"]) == ("cancelled", "customer")
        assert states(order) == ("cancelled", "voided")
        assert [(fact.reason, fact.seller_ids) for fact in told.named(OrderCancelled)] == [("customer", ())]
        assert not told.named(RefundRequested)

    def test_a_confirmed_order_is_refunded(self, ada: Any, hear: Hear, told: Any) -> None:
        order = confirmed(hear, seller_id=MIRA)

        assert post(ada, order, "cancel").status_code == 200
        assert states(order) == ("cancelled", "captured")
        for _ in range(2):
            hear(told.named(RefundRequested)[0], fact_id=uuid.uuid4())

        assert states(order) == ("cancelled", "refunded")
        assert SandboxCharge.objects.get().status == "refunded"
        assert [fact.seller_ids for fact in told.named(OrderCancelled)] == [(str(MIRA),)]
        assert [fact.amount_minor for fact in told.named(OrderRefunded)] == [2500]
        assert [fact.version for fact in told if fact.aggregate == str(order.id)] == [1, 2, 3, 3, 4]

    def test_a_free_order_has_nothing_to_give_back(self, ada: Any, hear: Hear, told: Any) -> None:
        order = confirmed(hear, price_minor=0)
        post(ada, order, "cancel")

        hear(told.named(RefundRequested)[0])

        assert states(order) == ("cancelled", "refunded")

    def test_staff_may_too_and_that_is_told(self, staff: Any, ada: Any, told: Any) -> None:
        assert post(staff, placed_order(customer_id=ADA), "cancel").status_code == 200
        assert post(ada, placed_order(customer_id=ADA), "cancel").status_code == 200

        assert [(fact.reason, fact.is_by_shop) for fact in told.named(OrderCancelled)] == [
            ("customer", True),
            ("customer", False),
        ]

    def test_staff_who_call_their_own_order_off_are_customers(self, client_of: Any, told: Any) -> None:
        assert post(client_of(ADA, "admin"), placed_order(customer_id=ADA), "cancel").status_code == 200

        assert [fact.is_by_shop for fact in told.named(OrderCancelled)] == [False]

    def test_a_second_time_comes_too_late(self, ada: Any) -> None:
        order = placed_order(customer_id=ADA)
        post(ada, order, "cancel")

        response = post(ada, order, "cancel")

        assert (response.status_code, response.json()["code"]) == (409, "order_not_cancellable")

    def test_what_is_partly_on_its_way_is_not_called_off(self, ada: Any, mira: Any, hear: Hear) -> None:
        order = of_two_sellers(hear)
        post(mira, order, "ship")

        response = post(ada, order, "cancel")

        assert (response.status_code, response.json()["code"]) == (409, "order_not_cancellable")
        assert states(order) == ("confirmed", "captured")

    def test_twice_together_one_wins(self, client_of: Callable[..., Any], hear: Hear, told: Any) -> None:
        order = confirmed(hear)

        answers = together(*[lambda: post(client_of(ADA), order, "cancel")] * 6)

        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
        assert len(told.named(OrderCancelled)) == len(told.named(RefundRequested)) == 1

    def test_at_the_same_time_as_paying_leaves_no_charge_for_nothing(
        self, client_of: Callable[..., Any], hear: Hear, told: Any
    ) -> None:
        orders = [placed_order(customer_id=ADA) for _ in range(4)]

        together(
            *(act for order in orders for act in (_hearing(hear, order), _cancelling(client_of(ADA), order))),
        )
        for fact in told.named(RefundRequested):
            hear(fact)

        assert {states(order) for order in orders} <= {("cancelled", "voided"), ("cancelled", "refunded")}
        assert not SandboxCharge.objects.filter(status__in=["authorised", "succeeded"]).exists()

    def test_at_the_same_time_as_shipping_one_wins(self, client_of: Callable[..., Any], hear: Hear, told: Any) -> None:
        orders = [confirmed(hear, seller_id=MIRA) for _ in range(4)]

        answers = together(
            *(_cancelling(client_of(ADA), order) for order in orders),
            *(_shipping(client_of(MIRA, "seller"), order) for order in orders),
        )

        assert sorted(answer.status_code for answer in answers) == [200] * 4 + [409] * 4
        assert len(told.named(OrderCancelled)) + len(told.named(OrderShipped)) == 4
        assert not OrderLine.objects.filter(order__status="cancelled", shipped_at__isnull=False).exists()


class TestRefunding:
    def test_a_provider_that_is_away_is_asked_again(
        self, ada: Any, hear: Hear, told: Any, provider: Interrupted
    ) -> None:
        order = confirmed(hear)
        post(ada, order, "cancel")
        provider.before["refund"] = be_away
        with pytest.raises(TryAgainLater):
            hear(told.named(RefundRequested)[0])
        provider.before.clear()

        services.refund_unwanted_payments(now=clock.now())

        assert states(order) == ("cancelled", "refunded")

    def test_a_crash_after_it_is_made_up_for(self, ada: Any, hear: Hear, told: Any, provider: Interrupted) -> None:
        order = confirmed(hear)
        post(ada, order, "cancel")
        provider.after["refund"] = die
        with pytest.raises(ProcessDied):
            hear(told.named(RefundRequested)[0])
        provider.after.clear()

        services.refund_unwanted_payments(now=clock.now())

        assert states(order) == ("cancelled", "refunded")
        assert len(told.named(OrderRefunded)) == 1


class TestShipping:
    def test_the_seller_of_all_of_it_sends_the_order(self, mira: Any, hear: Hear, told: Any) -> None:
        order = confirmed(hear, seller_id=MIRA)

        response = post(mira, order, "ship", {"tracking": "1Z999"})

        assert response.status_code == 200
        assert response.json()["status"] == "shipped"
        assert [line["tracking"] for line in response.json()["lines"]] == ["1Z999"]
        [fact] = told.named(OrderShipped)
        assert (fact.version, fact.tracking, fact.is_complete) == (3, "1Z999", True)

    def test_each_seller_sends_their_own_lines(self, mira: Any, noah: Any, hear: Hear, told: Any) -> None:
        order = of_two_sellers(hear)

        assert post(mira, order, "ship").json()["status"] == "confirmed"
        assert post(noah, order, "ship").json()["status"] == "shipped"

        parcels = told.named(OrderShipped)
        assert [([line.sku for line in fact.lines], fact.is_complete) for fact in parcels] == [
            (["MUG"], False),
            (["POT"], True),
        ]
        assert [fact.version for fact in parcels] == [3, 4]

    def test_staff_send_what_is_left(self, mira: Any, staff: Any, hear: Hear, told: Any) -> None:
        order = of_two_sellers(hear)
        post(mira, order, "ship")

        assert post(staff, order, "ship").json()["status"] == "shipped"

        assert [line.sku for line in told.named(OrderShipped)[1].lines] == ["POT"]

    def test_a_second_time_is_a_conflict(self, mira: Any, hear: Hear, told: Any) -> None:
        order = of_two_sellers(hear)
        post(mira, order, "ship", {"tracking": "1"})

        response = post(mira, order, "ship", {"tracking": "2"})

        assert (response.status_code, response.json()["code"]) == (409, "order_not_shippable")
        assert len(told.named(OrderShipped)) == 1

    def test_what_is_not_paid_is_not_sent(self, mira: Any) -> None:
        order = placed_order(customer_id=ADA, seller_id=MIRA)

        response = post(mira, order, "ship")

        assert (response.status_code, response.json()["code"]) == (409, "order_not_shippable")

    @pytest.mark.parametrize("tracking", [7, ["1Z"], {}, "x" * 101, "a\x00b", "a\nb", "\u202e1Z"])
    def test_a_bad_tracking_number_is_refused(self, mira: Any, hear: Hear, tracking: Any) -> None:
        response = post(mira, confirmed(hear, seller_id=MIRA), "ship", {"tracking": tracking})

        assert response.status_code == 400
        assert "tracking" in response.json()["errors"]

    @pytest.mark.parametrize("body", [{}, {"tracking": None}, {"tracking": ""}, {"carrier": "x"}])
    def test_needs_no_tracking_number(self, mira: Any, hear: Hear, body: Any) -> None:
        assert post(mira, confirmed(hear, seller_id=MIRA), "ship", body).status_code == 200

    def test_both_sellers_together_complete_it_once(self, client_of: Callable[..., Any], hear: Hear, told: Any) -> None:
        order = of_two_sellers(hear)

        together(_shipping(client_of(MIRA, "seller"), order), _shipping(client_of(NOAH, "seller"), order))

        assert sorted(fact.is_complete for fact in told.named(OrderShipped)) == [False, True]
        assert states(order) == ("shipped", "captured")


class TestShippingWhatSomebodyGaveTheMoneyBackFor:
    """By hand, at the provider, after a part had left."""

    @pytest.fixture
    def order(self, mira: Any, hear: Hear) -> Order:
        order = of_two_sellers(hear)
        post(mira, order, "ship")
        SandboxCharge.objects.update(status="refunded")
        hear(reported(order))
        return order

    @pytest.mark.parametrize("who", ["noah", "staff"])
    def test_is_refused_and_says_why(self, request: pytest.FixtureRequest, order: Order, told: Any, who: str) -> None:
        response = post(request.getfixturevalue(who), order, "ship")

        assert (response.status_code, response.json()["code"]) == (409, "order_not_shippable")
        assert "money for this order was given back" in response.json()["detail"]
        assert states(order) == ("confirmed", "refunded")
        assert len(told.named(OrderShipped)) == 1

    def test_is_not_spoken_of_to_those_who_sent_theirs(self, mira: Any, order: Order) -> None:
        assert "was sent before" in post(mira, order, "ship").json()["detail"]

    def test_is_done_once_the_money_came_again(self, noah: Any, hear: Hear, order: Order) -> None:
        """The bank returned it."""
        SandboxCharge.objects.update(status="succeeded")
        hear(reported(order))

        assert post(noah, order, "ship").json()["status"] == "shipped"
        assert states(order) == ("shipped", "captured")
        assert list(sold_orders_are_paid_and_deducted_once(BooksOfTheTold())) == []

    def test_is_done_by_those_who_know_of_it(self, order: Order, told: Any) -> None:
        services.ship_order(person=STAFF, order_id=order.id, tracking="", now=clock.now(), is_even_unpaid=True)

        assert states(order) == ("shipped", "refunded")
        assert [fact.is_complete for fact in told.named(OrderShipped)] == [False, True]

    def test_is_a_breach_for_verify(self, order: Order) -> None:
        breaches = [breach.finding for breach in sold_orders_are_paid_and_deducted_once(BooksOfTheTold())]

        assert breaches == [
            "has no captured payment of its total",
            "32.50 USD of 32.50 USD were given back at sandbox by hand",
        ]


class TestDelivering:
    def test_its_customer_says_that_it_arrived(self, ada: Any, mira: Any, hear: Hear, told: Any) -> None:
        order = confirmed(hear, seller_id=MIRA)
        post(mira, order, "ship")

        response = post(ada, order, "deliver")

        assert (response.status_code, response.json()["status"]) == (200, "delivered")
        assert [fact.version for fact in told.named(OrderDelivered)] == [4]

    @pytest.mark.parametrize("before", [[], ["ship", "deliver"], ["cancel"]])
    def test_only_what_is_on_its_way_arrives(self, staff: Any, hear: Hear, before: list[str]) -> None:
        order = confirmed(hear, seller_id=MIRA)
        for what in before:
            assert post(staff, order, what).status_code == 200

        response = post(staff, order, "deliver")

        assert (response.status_code, response.json()["code"]) == (409, "order_not_deliverable")


WHO = {
    "its customer": (ADA, "customer"),
    "its seller": (MIRA, "seller"),
    "another seller": (NOAH, "seller"),
    "another customer": (EVE, "customer"),
    "support": (STAFF.id, "support"),
    "an admin": (STAFF.id, "admin"),
    "a visitor": (),
}
MAY = {
    "read": {"its customer": 200, "its seller": 200, "support": 200, "an admin": 200},
    "cancel": {"its customer": 200, "its seller": 403, "support": 200, "an admin": 200},
    "ship": {"its customer": 403, "its seller": 200, "support": 200, "an admin": 200},
    "deliver": {"its customer": 200, "its seller": 403, "support": 200, "an admin": 200},
}


class TestWhoMay:
    @pytest.mark.parametrize("who", WHO)
    @pytest.mark.parametrize("what", MAY)
    def test_do_what(self, client_of: Callable[..., Any], hear: Hear, staff: Any, who: str, what: str) -> None:
        order = confirmed(hear, seller_id=MIRA)
        if what == "deliver":
            post(staff, order, "ship")
        client = client_of(*WHO[who])

        response = client.get(f"{ORDERS}{order.id}/") if what == "read" else post(client, order, what)

        otherwise = 401 if who == "a visitor" else 404
        assert response.status_code == MAY[what].get(who, otherwise)

    @pytest.mark.parametrize("what", ["cancel", "ship", "deliver"])
    def test_nobody_finds_what_is_not_there(self, staff: Any, what: str) -> None:
        assert staff.post(f"{ORDERS}{uuid.uuid4()}/{what}/").status_code == 404
        assert staff.get(f"{ORDERS}{uuid.uuid4()}/{what}/").status_code == 405


class TestSellersView:
    def test_holds_their_lines_and_nothing_that_is_none_of_their_business(self, mira: Any, hear: Hear) -> None:
        order = of_two_sellers(hear)

        seen = mira.get(f"{ORDERS}{order.id}/").json()

        assert set(seen) == {
            "id",
            "number",
            "status",
            "cancel_reason",
            "lines",
            "total",
            "shipping_address",
            "placed_at",
            "timeline",
        }
        assert [line["sku"] for line in seen["lines"]] == ["MUG"]
        assert seen["total"] == {"amount": "12.50", "currency": "USD"}
        assert seen["shipping_address"] == ADDRESS
        assert [entry["fact"] for entry in seen["timeline"]] == ["orders.order_placed.v1", "orders.order_confirmed.v1"]

    @pytest.mark.parametrize("step", [None, "cancel", "deliver"])
    def test_says_where_to_send_it_only_while_there_is_something_to_send(
        self, mira: Any, staff: Any, hear: Hear, step: str | None
    ) -> None:
        order = placed_order(customer_id=ADA, seller_id=MIRA)
        if step == "deliver":
            hear(reserved(order))
            post(staff, order, "ship")
        if step:
            assert post(staff, order, step).status_code == 200

        assert mira.get(f"{ORDERS}{order.id}/").json()["shipping_address"] is None

    def test_a_seller_who_bought_it_sees_all_of_it(self, client_of: Callable[..., Any], hear: Hear) -> None:
        order = of_two_sellers(hear)

        assert len(client_of(ADA, "seller").get(f"{ORDERS}{order.id}/").json()["lines"]) == 2


class TestLists:
    def test_a_seller_sees_what_they_bought_and_what_they_sold(self, mira: Any, hear: Hear) -> None:
        sold, bought = of_two_sellers(hear), placed_order(customer_id=MIRA)
        placed_order(customer_id=ADA)

        listed = mira.get(ORDERS).json()["results"]

        assert [order["id"] for order in listed] == [str(bought.id), str(sold.id)]
        assert ["payment" in order for order in listed] == [True, False]
        assert [len(order["lines"]) for order in listed] == [1, 1]

    def test_a_seller_turns_their_pages_there_and_back(self, mira: Any) -> None:
        orders = []
        for _ in range(3):
            both = [rules.Item(OfferFactory(seller_id=MIRA).sku, 1) for _ in range(2)]
            sold, bought, bought_of_herself = placed(ADA, both), placed_order(customer_id=MIRA), placed(MIRA, both)
            orders += [sold, bought, bought_of_herself]
        expected = [str(order.id) for order in reversed(orders)]

        pages, address = [], f"{ORDERS}?page_size=2"
        while address:
            page = mira.get(address).json()
            pages.append([order["id"] for order in page["results"]])
            address, back = page["next"], page["previous"]

        assert pages == [expected[0:2], expected[2:4], expected[4:6], expected[6:8], expected[8:]]
        assert [order["id"] for order in mira.get(back).json()["results"]] == expected[6:8]

    def test_staff_see_all(self, staff: Any) -> None:
        orders = [placed_order(customer_id=whose) for whose in (ADA, EVE)]

        assert [order["id"] for order in staff.get(ORDERS).json()["results"]] == [
            str(order.id) for order in reversed(orders)
        ]

    def test_are_narrowed(self, staff: Any, hear: Hear) -> None:
        order, _ = confirmed(hear), placed_order(customer_id=EVE)

        for query in ({"status": "confirmed"}, {"customer": str(ADA)}, {"number": order.number.lower()}):
            assert [found["id"] for found in staff.get(ORDERS, query).json()["results"]] == [str(order.id)]

    @pytest.mark.parametrize("steps", [[], ["ship"], ["ship", "deliver"], ["cancel"]])
    def test_are_narrowed_by_how_far_they_came(self, mira: Any, staff: Any, hear: Hear, steps: list[str]) -> None:
        order = of_two_sellers(hear)
        placed(EVE, [rules.Item("MUG", 1)])
        for step in steps:
            post(staff, order, step)
        status, _ = states(order)

        for each in Status:
            found = [row["id"] for row in mira.get(ORDERS, {"status": each}).json()["results"]]
            assert (str(order.id) in found) == (each == status)

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"status": "lost"}, "status"),
            ({"customer": "x"}, "customer"),
            ({"customer": str(EVE)}, "customer"),
            ({"number": "x" * 17}, "number"),
        ],
    )
    def test_refuse_a_bad_filter(self, ada: Any, query: dict[str, str], field: str) -> None:
        response = ada.get(ORDERS, query)

        assert response.status_code == 400
        assert field in response.json()["errors"]

    @pytest.mark.parametrize("whose", ["ada", "mira", "staff"])
    def test_cost_as_many_queries_for_many_as_for_one(
        self, request: pytest.FixtureRequest, hear: Hear, django_assert_max_num_queries: Any, whose: str
    ) -> None:
        for _ in range(4):
            confirmed(hear, seller_id=MIRA)
        client = request.getfixturevalue(whose)

        with django_assert_max_num_queries(3):
            assert len(client.get(ORDERS).json()["results"]) == 4


def _hearing(hear: Hear, order: Order) -> Callable[[], Any]:
    return lambda: hear(reserved(order))


def _cancelling(client: Any, order: Order) -> Callable[[], Any]:
    return lambda: post(client, order, "cancel")


def _shipping(client: Any, order: Order) -> Callable[[], Any]:
    return lambda: post(client, order, "ship")


def test_a_confirmed_order_is_told_once_however_it_goes_on(staff: Any, hear: Hear, told: Any) -> None:
    order = confirmed(hear)

    for what in ("ship", "deliver"):
        post(staff, order, what)
        hear(reserved(order))

    assert len(told.named(OrderConfirmed)) == 1
