"""What an order would cost, before anybody orders."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from order_svc.offers.models import Offer
from order_svc.orders.models import Order
from tests.order_svc.carts.test_api import add, quantities
from tests.order_svc.carts.test_guests import Guest
from tests.order_svc.factories import ADDRESS, OfferFactory, order_body

ORDERS, QUOTE = "/api/v1/orders/", "/api/v1/orders/quote/"
ADA = uuid.uuid4()

ClientOf = Callable[..., Any]

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client_of: ClientOf) -> Any:
    return client_of(ADA, "customer")


@pytest.fixture
def _rules_on(settings: Any) -> None:
    settings.SHIPPING_RATES, settings.FREE_SHIPPING_FROM = {"USD": 490}, {"USD": 5000}
    settings.TAX_PERCENTS, settings.TAX_IS_INCLUDED = {"GB": Decimal(20)}, False


def items(*wanted: tuple[str, Any]) -> dict[str, Any]:
    return {"items": [{"sku": sku, "quantity": quantity} for sku, quantity in wanted]}


class TestQuote:
    @pytest.mark.usefixtures("_rules_on")
    def test_is_what_the_order_then_costs(self, ada: Any) -> None:
        OfferFactory(sku="MUG", price_minor=1250)

        quote = ada.post(QUOTE, {**items(("MUG", 2)), "shipping_address": ADDRESS}).json()
        body = order_body(("MUG", 2), expected_total=quote["expected_total"])
        order = ada.post(ORDERS, body, headers={"Idempotency-Key": "key-1"}).json()

        assert quote["expected_total"] == {"amount": "35.88", "currency": "USD"}
        assert quote["totals"] == order["totals"]
        [quoted], [ordered] = quote["lines"], order["lines"]
        assert quoted.items() <= ordered.items()

    @pytest.mark.usefixtures("_rules_on")
    def test_without_an_address_is_not_taxed(self, ada: Any) -> None:
        OfferFactory(sku="MUG", price_minor=1250)

        quote = ada.post(QUOTE, items(("MUG", 2))).json()

        assert quote["totals"]["tax"]["parts"] == []
        assert quote["expected_total"] == {"amount": "29.90", "currency": "USD"}

    def test_orders_nothing_and_keeps_the_cart(self, ada: Any, told: Any) -> None:
        OfferFactory(sku="MUG", price_minor=1250)
        add(ada, "MUG", 2)

        quote = ada.post(QUOTE, {"shipping_address": ADDRESS}).json()

        assert quote["expected_total"] == {"amount": "25.00", "currency": "USD"}
        assert quantities(ada) == {"MUG": 2}
        assert not Order.objects.exists()
        assert not told

    def test_is_for_guests_too(self, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG", price_minor=1250)
        guest = Guest(client_of())
        add(guest, "MUG", 2)

        assert guest.post(QUOTE, {}).json()["expected_total"] == {"amount": "25.00", "currency": "USD"}
        assert client_of().post(QUOTE, items(("MUG", 1))).status_code == 200
        assert client_of().post(QUOTE, {}).json()["code"] == "cart_empty"

    def test_brings_along_what_the_guest_had(self, ada: Any, client_of: ClientOf) -> None:
        OfferFactory(sku="MUG", price_minor=1250)
        guest = Guest(client_of())
        add(guest, "MUG", 2)

        quote = ada.post(QUOTE, {}, headers={"X-Cart-Token": guest.token}).json()

        assert quote["expected_total"] == {"amount": "25.00", "currency": "USD"}

    def test_names_what_cannot_be_bought(self, ada: Any) -> None:
        OfferFactory(sku="MUG")
        add(ada, "MUG")
        Offer.objects.update(is_available=False)

        of_cart, of_items = ada.post(QUOTE, {}), ada.post(QUOTE, items(("MUG", 1)))

        assert [answer.status_code for answer in (of_cart, of_items)] == [409, 400]
        assert [answer.json()["code"] for answer in (of_cart, of_items)] == ["unavailable_items"] * 2
        assert all("items.0.sku" in answer.json()["errors"] for answer in (of_cart, of_items))

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ([], "non_field_errors"),
            ({"items": None}, "items"),
            ({"items": []}, "items"),
            ({"items": [{"sku": "MUG", "quantity": "2"}]}, "items.0.quantity"),
            ({"items": [{"sku": "M\x00G", "quantity": 2}]}, "items.0.sku"),
            ({"shipping_address": None}, "shipping_address"),
            ({"shipping_address": {**ADDRESS, "country": "XX"}}, "shipping_address.country"),
        ],
    )
    def test_a_bad_body_is_refused_by_the_field_that_is_bad(self, ada: Any, body: Any, field: str) -> None:
        response = ada.post(QUOTE, body)

        assert response.status_code == 400
        assert field in response.json()["errors"]

    @pytest.mark.parametrize("method", ["get", "put", "delete"])
    def test_another_method_is_refused(self, ada: Any, method: str) -> None:
        assert getattr(ada, method)(QUOTE).status_code == 405
