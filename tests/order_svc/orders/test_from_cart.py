"""An order of what lies in the cart: once, at the price of the moment, or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from common.contracts import OrderPlaced, StockChanged
from order_svc.carts.models import Cart
from order_svc.offers.models import Offer
from order_svc.orders.models import Order
from tests.order_svc.carts.test_api import CART, add, quantities
from tests.order_svc.carts.test_guests import Guest
from tests.order_svc.factories import OfferFactory, order_body
from tests.order_svc.providers import ProcessDied, die
from tests.order_svc.races import together

ORDERS = "/api/v1/orders/"
ADA = uuid.uuid4()

ClientOf = Callable[..., Any]


@pytest.fixture
def ada(client_of: ClientOf) -> Any:
    return client_of(ADA, "customer")


def body_of(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in order_body(**changes).items() if name != "items"}


def place(client: Any, *, key: str = "key-1", token: str = "", **changes: Any) -> Any:
    headers = {"Idempotency-Key": key} | ({"X-Cart-Token": token} if token else {})
    return client.post(ORDERS, body_of(**changes), headers=headers)


@pytest.mark.django_db
class TestPlacingFromTheCart:
    def test_orders_all_of_it_and_empties_it(self, ada: Any, told: Any) -> None:
        OfferFactory(sku="MUG", price_minor=1250)
        OfferFactory(sku="CUP", price_minor=300)
        add(ada, "MUG", 2)
        total = add(ada, "CUP", 1).json()["total"]

        response = place(ada, expected_total=total)

        assert response.status_code == 201
        order = response.json()
        assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("MUG", 2), ("CUP", 1)]
        assert order["total"] == total
        assert quantities(ada) == {}
        assert len(told.named(OrderPlaced)) == 1

    def test_brings_along_what_the_guest_had(self, ada: Any, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG")
        guest = Guest(client_of())
        add(guest, "MUG", 2)

        order = place(ada, token=guest.token).json()

        assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("MUG", 2)]
        assert not Cart.objects.exists()

    def test_leaves_out_nothing_that_the_customer_was_not_told_of(self, ada: Any, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG")
        guest = Guest(client_of())
        add(guest, "MUG", 600)
        add(ada, "MUG", 700)

        refused = place(ada, token=guest.token)
        told = ada.get(CART, headers={"X-Cart-Token": guest.token}).json()
        placed = place(ada, key="key-2", token=guest.token)

        assert (refused.status_code, refused.json()["code"]) == (409, "carts_do_not_fit")
        assert [change["code"] for change in told["items"][0]["changes"]] == ["left_out"]
        assert [line["quantity"] for line in placed.json()["lines"]] == [1000]

    def test_a_changed_price_is_not_paid_unseen_and_the_cart_stays(self, ada: Any, told: Any) -> None:
        OfferFactory(sku="MUG", price_minor=1250)
        seen = add(ada, "MUG", 2).json()["total"]
        Offer.objects.update(price_minor=1300)

        response = place(ada, expected_total=seen)

        assert (response.status_code, response.json()["code"]) == (409, "total_changed")
        assert quantities(ada) == {"MUG": 2}
        assert not told

    def test_what_cannot_be_bought_is_named_and_the_cart_stays(self, ada: Any, told: Any) -> None:
        for sku in ("MUG", "CUP", "POT"):
            OfferFactory(sku=sku)
            add(ada, sku)
        Offer.objects.filter(sku="CUP").update(is_available=False)
        Offer.objects.filter(sku="POT").update(currency="EUR")

        response = place(ada)

        assert (response.status_code, response.json()["code"]) == (409, "unavailable_items")
        assert list(response.json()["errors"]) == ["items.1.sku", "items.2.sku"]
        assert "CUP" in response.json()["errors"]["items.1.sku"][0]
        assert len(quantities(ada)) == 3
        assert not told

    @pytest.mark.parametrize("looked", [True, False])
    def test_an_empty_one_is_a_conflict(self, ada: Any, told: Any, looked: bool) -> None:
        if looked:
            ada.get(CART)

        response = place(ada)

        assert (response.status_code, response.json()["code"]) == (409, "cart_empty")
        assert not told

    def test_a_lack_of_stock_is_for_the_warehouse_to_say(self, ada: Any, hear: Callable[..., bool]) -> None:
        OfferFactory(sku="MUG")
        add(ada, "MUG", 2)
        hear(StockChanged(version=1, sku="MUG", product_id="p", on_hand=0, available=0))

        assert place(ada).status_code == 201

    def test_a_bad_provider_leaves_the_cart(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        add(ada, "MUG", 2)

        response = place(ada, payment={"provider": "bank", "token": "t"})

        assert response.status_code == 400
        assert quantities(ada) == {"MUG": 2}

    def test_the_same_key_is_the_same_order(self, ada: Any, told: Any) -> None:
        OfferFactory(sku="MUG")
        add(ada, "MUG", 2)

        first, second = place(ada), place(ada)

        assert first.json() == second.json()
        assert second["Idempotent-Replayed"] == "true"
        assert len(told) == 1

    def test_another_key_finds_the_cart_empty(self, ada: Any, told: Any) -> None:
        OfferFactory(sku="MUG")
        add(ada, "MUG", 2)
        place(ada, key="key-1")

        response = place(ada, key="key-2")

        assert (response.status_code, response.json()["code"]) == (409, "cart_empty")
        assert len(told) == 1

    def test_items_leave_the_cart_alone(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        add(ada, "MUG", 2)

        ada.post(ORDERS, order_body(("MUG", 1)), headers={"Idempotency-Key": "key-1"})

        assert quantities(ada) == {"MUG": 2}

    def test_a_guest_must_sign_in(self, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG")
        guest = Guest(client_of())
        add(guest, "MUG", 2)

        assert place(client_of(), token=guest.token).status_code == 401
        assert quantities(guest) == {"MUG": 2}

    def test_costs_few_queries(self, ada: Any, django_assert_max_num_queries: Any) -> None:
        for _ in range(100):
            add(ada, OfferFactory().sku)

        with django_assert_max_num_queries(22):
            assert place(ada).status_code == 201


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_twenty_tabs_are_one_order(self, client_of: ClientOf, told: Any) -> None:
        OfferFactory(sku="MUG")
        add(client_of(ADA), "MUG", 2)

        answers = together(*(partial(place, client_of(ADA), key=f"key-{tab}") for tab in range(20)))

        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
        assert {answer.json().get("code") for answer in answers} == {None, "cart_empty"}
        assert Order.objects.count() == len(told.named(OrderPlaced)) == 1
        assert quantities(client_of(ADA)) == {}

    def test_a_double_click_is_one_order_and_one_answer(self, client_of: ClientOf, told: Any) -> None:
        OfferFactory(sku="MUG")
        add(client_of(ADA), "MUG", 2)

        answers = together(*(partial(place, client_of(ADA)) for _ in range(20)))

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(told.named(OrderPlaced)) == 1

    def test_what_is_added_meanwhile_is_in_the_order_or_in_the_cart(self, client_of: ClientOf, told: Any) -> None:
        OfferFactory(sku="MUG", price_minor=100)
        add(client_of(ADA), "MUG", 1)
        tabs = [partial(place, client_of(ADA), key=f"key-{tab}") for tab in range(5)]
        hands = [partial(add, client_of(ADA), "MUG", 1) for _ in range(10)]

        answers = together(*tabs, *hands)

        assert {answer.status_code for answer in answers[5:]} == {201}
        ordered = sum(order.total_minor for order in Order.objects.all()) // 100
        assert ordered + quantities(client_of(ADA)).get("MUG", 0) == 11
        assert Order.objects.count() == len(told.named(OrderPlaced))

    def test_a_crash_in_the_middle_leaves_the_cart_and_no_order(
        self, client_of: ClientOf, told: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        OfferFactory(sku="MUG")
        ada = client_of(ADA)
        add(ada, "MUG", 2)

        monkeypatch.setattr("order_svc.orders.services.placing.publish", lambda *_: die())
        with pytest.raises(ProcessDied):
            place(ada)
        monkeypatch.undo()

        assert quantities(ada) == {"MUG": 2}
        assert place(ada).status_code == 201
        assert Order.objects.count() == len(told) == 1

    def test_a_first_cart_is_made_once(self, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG")

        answers = together(
            *(partial(add, client_of(ADA), "MUG", 1) for _ in range(10)),
            *(partial(client_of(ADA).get, CART) for _ in range(5)),
        )

        assert {answer.status_code for answer in answers} == {200, 201}
        assert Cart.objects.count() == 1
        assert quantities(client_of(ADA)) == {"MUG": 10}

    def test_a_guests_cart_is_brought_along_once(self, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG")
        guest = Guest(client_of())
        add(guest, "MUG", 3)
        headers = {"X-Cart-Token": guest.token}

        answers = together(*(partial(client_of(ADA).get, CART, headers=headers) for _ in range(10)))

        assert {answer.status_code for answer in answers} == {200}
        assert quantities(client_of(ADA)) == {"MUG": 3}
        assert Cart.objects.count() == 1

    def test_and_by_one_of_two_who_claim_it(self, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG")
        guest = Guest(client_of())
        add(guest, "MUG", 3)
        headers = {"X-Cart-Token": guest.token}
        people = [uuid.uuid4() for _ in range(6)]

        together(*(partial(client_of(person).get, CART, headers=headers) for person in people))

        assert sorted(sum(quantities(client_of(person)).values()) for person in people) == [0, 0, 0, 0, 0, 3]

    def test_the_limit_holds(self, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG")
        add(client_of(ADA), "MUG", 995)

        answers = together(*(partial(add, client_of(ADA), "MUG", 1) for _ in range(10)))

        assert sorted(answer.status_code for answer in answers) == [201] * 5 + [400] * 5
        assert quantities(client_of(ADA)) == {"MUG": 1000}
