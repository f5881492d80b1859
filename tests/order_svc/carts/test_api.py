"""Carts over HTTP: filled, shown with what changed, refused clearly."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common.contracts import StockChanged
from order_svc.carts.models import Cart
from order_svc.offers.models import Offer
from tests.order_svc.factories import OfferFactory, product_changed

CART, ITEMS = "/api/v1/cart/", "/api/v1/cart/items/"
ADA = uuid.uuid4()

ClientOf = Callable[..., Any]

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client_of: ClientOf) -> Any:
    return client_of(ADA, "customer")


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def add(client: Any, sku: str, quantity: Any = 1) -> Any:
    return client.post(ITEMS, {"sku": sku, "quantity": quantity})


def quantities(client: Any) -> dict[str, int]:
    return {item["sku"]: item["quantity"] for item in client.get(CART).json()["items"]}


class TestFilling:
    def test_shows_what_was_put_in(self, ada: Any) -> None:
        OfferFactory(sku="MUG", title="Mug", price_minor=1250)

        response = add(ada, "MUG", 2)

        assert response.status_code == 201
        body = response.json()
        assert uuid.UUID(body.pop("id"))
        assert body == {
            "items": [
                {
                    "sku": "MUG",
                    "title": "Mug",
                    "quantity": 2,
                    "unit_price": usd("12.50"),
                    "total": usd("25.00"),
                    "is_available": True,
                    "available": None,
                    "previous_unit_price": None,
                    "changes": [],
                }
            ],
            "total": usd("25.00"),
            "left_out": [],
        }
        assert quantities(ada) == {"MUG": 2}
        assert "no-store" in response["Cache-Control"]

    def test_adds_to_what_is_there_and_keeps_the_order(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        OfferFactory(sku="CUP")

        add(ada, "MUG", 2)
        add(ada, "CUP", 1)
        answer = add(ada, "MUG", 3).json()

        assert [(item["sku"], item["quantity"]) for item in answer["items"]] == [("MUG", 5), ("CUP", 1)]
        assert answer["total"] == usd("75.00")

    def test_an_empty_one_is_one_too(self, ada: Any) -> None:
        first, second = ada.get(CART).json(), ada.get(CART).json()

        assert first == second
        assert (first["items"], first["total"]) == ([], usd("0.00"))
        assert Cart.objects.count() == 1

    def test_what_is_priced_in_another_currency_is_refused(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        OfferFactory(sku="TASSE", currency="EUR")
        add(ada, "MUG")

        response = add(ada, "TASSE")

        assert (response.status_code, response.json()["code"]) == (400, "several_currencies")
        assert "sku" in response.json()["errors"]

    def test_has_room_for_a_hundred_lines(self, ada: Any) -> None:
        for number in range(101):
            OfferFactory(sku=f"SKU-{number}")

        statuses = [add(ada, f"SKU-{number}").status_code for number in range(101)]

        assert (set(statuses[:100]), statuses[100]) == ({201}, 400)
        assert add(ada, "SKU-0").status_code == 201

    def test_costs_as_many_queries_for_many_lines_as_for_one(
        self, ada: Any, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(20):
            add(ada, OfferFactory().sku)
        another = OfferFactory().sku

        with django_assert_max_num_queries(3):
            ada.get(CART)
        with django_assert_max_num_queries(9):
            add(ada, another)


class TestChanging:
    def test_says_how_many_there_are_to_be(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        add(ada, "MUG", 2)

        response = ada.patch(f"{ITEMS}MUG/", {"quantity": 7})

        assert response.status_code == 200
        assert response.json()["items"][0]["quantity"] == 7

    def test_none_takes_it_out(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        add(ada, "MUG", 2)

        assert ada.patch(f"{ITEMS}MUG/", {"quantity": 0}).json()["items"] == []

    def test_a_line_is_taken_out_once(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        OfferFactory(sku="CUP")
        add(ada, "MUG")
        add(ada, "CUP")

        assert ada.delete(f"{ITEMS}MUG/").status_code == 204
        assert ada.delete(f"{ITEMS}MUG/").status_code == 404
        assert quantities(ada) == {"CUP": 1}

    @pytest.mark.parametrize("sku", ["CUP", "POT", "x" * 500, "%F0%9F%92%A9"])
    def test_what_is_not_in_it_is_not_found(self, ada: Any, sku: str) -> None:
        OfferFactory(sku="CUP")

        assert ada.patch(f"{ITEMS}{sku}/", {"quantity": 1}).status_code == 404
        assert ada.delete(f"{ITEMS}{sku}/").status_code == 404

    def test_what_is_off_sale_may_be_taken_out(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        add(ada, "MUG")
        Offer.objects.update(is_available=False)

        assert ada.delete(f"{ITEMS}MUG/").status_code == 204


class TestSayingWhatChanged:
    def test_a_price(self, ada: Any) -> None:
        OfferFactory(sku="MUG", price_minor=1250)
        add(ada, "MUG", 2)
        Offer.objects.update(price_minor=1300)

        for _ in range(2):  # looking is not touching
            cart = ada.get(CART).json()
            (item,) = cart["items"]
            assert (item["unit_price"], item["previous_unit_price"]) == (usd("13.00"), usd("12.50"))
            assert [change["code"] for change in item["changes"]] == ["price_changed"]
            assert cart["total"] == usd("26.00")

    def test_until_the_line_is_touched(self, ada: Any) -> None:
        OfferFactory(sku="MUG", price_minor=1250)
        add(ada, "MUG", 2)
        Offer.objects.update(price_minor=1300)

        (item,) = ada.patch(f"{ITEMS}MUG/", {"quantity": 2}).json()["items"]

        assert (item["previous_unit_price"], item["changes"]) == (None, [])

    def test_that_something_cannot_be_bought_any_more(self, ada: Any, hear: Callable[..., bool]) -> None:
        product = {"product_id": str(uuid.uuid4())}
        hear(product_changed("MUG", "CUP", **product))
        add(ada, "MUG", 2)
        add(ada, "CUP", 1)

        hear(product_changed("CUP", version=2, **product))

        cart = ada.get(CART).json()
        mug, cup = cart["items"]
        assert (mug["is_available"], mug["total"], cup["is_available"]) == (False, usd("0.00"), True)
        assert [change["code"] for change in mug["changes"]] == ["not_for_sale"]
        assert cart["total"] == usd("12.50")

    def test_that_there_are_fewer(self, ada: Any, hear: Callable[..., bool]) -> None:
        OfferFactory(sku="MUG")
        add(ada, "MUG", 2)

        hear(StockChanged(version=2, sku="MUG", product_id="p", on_hand=3, available=1))

        cart = ada.get(CART).json()
        (item,) = cart["items"]
        assert (item["available"], item["is_available"], cart["total"]) == (1, True, usd("25.00"))
        assert [change["code"] for change in item["changes"]] == ["not_enough_stock"]

    def test_a_currency(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        OfferFactory(sku="CUP")
        add(ada, "MUG")
        add(ada, "CUP")
        Offer.objects.filter(sku="CUP").update(currency="EUR")

        cart = ada.get(CART).json()

        assert cart["total"] == usd("12.50")
        assert [item["is_available"] for item in cart["items"]] == [True, False]


BAD_QUANTITIES = ["2", "many", True, 1.5, 1.0, -1, 10**12, 10**30, 1001, None, [], {}]
BAD_ITEMS = [
    *(({"sku": "MUG", "quantity": quantity}, "quantity") for quantity in [*BAD_QUANTITIES, 0]),
    ({"sku": "MUG"}, "quantity"),
    ({"quantity": 1}, "sku"),
    *(
        ({"sku": sku, "quantity": 1}, "sku")
        for sku in ["", "POT", "CUP", "M\x00G", "x" * 129, 7, None, ["MUG"], {"a": 1}]
    ),
    ([], "non_field_errors"),
    ("text", "non_field_errors"),
    (None, "non_field_errors"),
]


class TestBadBodies:
    @pytest.fixture(autouse=True)
    def _offers(self) -> None:
        OfferFactory(sku="MUG")
        OfferFactory(sku="CUP", is_available=False)

    @pytest.mark.parametrize(("body", "field"), BAD_ITEMS)
    def test_are_refused_by_the_field_that_is_bad(self, ada: Any, body: Any, field: str) -> None:
        response = ada.post(ITEMS, json.dumps(body), content_type="application/json")

        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert field in response.json()["errors"]
        assert quantities(ada) == {}

    @pytest.mark.parametrize("quantity", BAD_QUANTITIES)
    def test_of_changes_too(self, ada: Any, quantity: Any) -> None:
        add(ada, "MUG", 2)

        response = ada.patch(f"{ITEMS}MUG/", {"quantity": quantity})

        assert (response.status_code, list(response.json()["errors"])) == (400, ["quantity"])
        assert quantities(ada) == {"MUG": 2}

    def test_more_than_fits_is_refused(self, ada: Any) -> None:
        add(ada, "MUG", 999)

        response = add(ada, "MUG", 2)

        assert (response.status_code, response.json()["code"]) == (400, "cart_full")
        assert "quantity" in response.json()["errors"]

    @pytest.mark.parametrize("path", [f"{ITEMS}M%00G/", f"{ITEMS}%00/"])
    def test_a_nul_in_a_path_is_refused(self, ada: Any, path: str) -> None:
        assert ada.delete(path).status_code == 400

    @pytest.mark.parametrize(("path", "method"), [(CART, "post"), (CART, "delete"), (ITEMS, "get"), (ITEMS, "put")])
    def test_another_method_is_refused(self, ada: Any, path: str, method: str) -> None:
        assert getattr(ada, method)(path).status_code == 405
