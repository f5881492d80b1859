"""Taking an order."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import transaction

from common.contracts import OrderLine, OrderPlaced
from common.money import Money
from order_svc.orders import errors, rules, services
from order_svc.orders.models import Order
from order_svc.payments.errors import UnknownProvider
from order_svc.pricing.errors import SeveralCurrencies
from tests.order_svc.factories import ADDRESS, NOON, OfferFactory, placed_order

pytestmark = pytest.mark.django_db


@transaction.atomic
def place(*items: rules.Item, **changes: Any) -> Order:
    """As the API does: what is refused is taken back whole."""
    return services.place_order(
        **{
            "customer_id": uuid.uuid4(),
            "items": items,
            "shipping_address": ADDRESS,
            "provider": "sandbox",
            "token": "tok_success",
            "expected_total": None,
            "now": NOON,
            **changes,
        }
    )


class TestPlaceOrder:
    def test_names_order_and_payment_in_the_order_of_time(self) -> None:
        OfferFactory(sku="MUG")

        order = place(rules.Item("MUG", 1))

        assert (order.id.version, order.payment.id.version) == (7, 7)

    def test_tells_the_others_once(self, told: Any) -> None:
        mug = OfferFactory(sku="MUG", price_minor=1250)
        customer_id = uuid.uuid4()

        order = place(rules.Item("MUG", 2), customer_id=customer_id)

        line = OrderLine(sku="MUG", title=mug.title, quantity=2, unit_price_minor=1250, seller_id=str(mug.seller_id))
        assert told == [
            OrderPlaced(
                version=1,
                order_id=str(order.id),
                number=order.number,
                customer_id=str(customer_id),
                lines=(line,),
                total_minor=2500,
                currency="USD",
            )
        ]

    def test_opens_a_payment_of_its_total(self) -> None:
        order = placed_order(price_minor=999)

        assert order.payment.amount == order.total == Money(1998, "USD")
        assert order.payment.status == "pending"

    def test_what_stands_twice_is_one_line(self) -> None:
        OfferFactory(sku="MUG")

        order = place(rules.Item("MUG", 2), rules.Item("MUG", 3))

        assert [(line.sku, line.quantity) for line in order.lines.all()] == [("MUG", 5)]

    def test_what_cannot_be_bought_is_named(self, told: Any) -> None:
        OfferFactory(sku="MUG")
        OfferFactory(sku="CUP", is_available=False)

        with pytest.raises(errors.UnavailableItems) as refusal:
            place(rules.Item("MUG", 1), rules.Item("CUP", 1), rules.Item("POT", 1))

        assert list(refusal.value.errors) == ["items.1.sku", "items.2.sku"]
        assert not told

    def test_several_currencies_are_refused(self) -> None:
        OfferFactory(sku="MUG", currency="USD")
        OfferFactory(sku="CUP", currency="EUR")

        with pytest.raises(SeveralCurrencies):
            place(rules.Item("MUG", 1), rules.Item("CUP", 1))

    def test_a_price_that_changed_is_not_paid_unseen(self) -> None:
        OfferFactory(sku="MUG", price_minor=1300)

        with pytest.raises(errors.TotalChanged, match=r"13\.00 USD"):
            place(rules.Item("MUG", 1), expected_total=Money(1250, "USD"))

    def test_an_expected_price_is_taken(self) -> None:
        OfferFactory(sku="MUG", price_minor=1300)

        assert place(rules.Item("MUG", 1), expected_total=Money(1300, "USD")).total == Money(1300, "USD")

    def test_an_unknown_provider_leaves_nothing(self, told: Any) -> None:
        OfferFactory(sku="MUG")

        with pytest.raises(UnknownProvider):
            place(rules.Item("MUG", 1), provider="stripe")

        assert not told
        assert not Order.objects.exists()

    def test_costs_as_many_queries_for_100_lines_as_for_one(self, django_assert_max_num_queries: Any) -> None:
        skus = [OfferFactory().sku for _ in range(100)]

        with django_assert_max_num_queries(8):
            place(*(rules.Item(sku, 1) for sku in skus))
