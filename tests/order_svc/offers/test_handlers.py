"""Offers follow the products."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from common.contracts import ProductChanged, ProductVariant, StockChanged
from order_svc.offers import selectors
from order_svc.offers.models import Offer
from tests.order_svc.factories import product_changed

pytestmark = pytest.mark.django_db

PRODUCT = str(uuid.uuid4())


class TestKeepOffersWhenProductChanged:
    def test_a_published_product_can_be_bought(self, hear: Callable[..., bool]) -> None:
        blue = ProductVariant(sku="MUG-BLUE", title="blue", price_minor=1299, currency="EUR")

        hear(product_changed(variants=(blue,), title="Mug"))

        offer = selectors.available_offers(skus=["MUG-BLUE"])["MUG-BLUE"]
        assert (offer.title, offer.price_minor, offer.currency) == ("Mug – blue", 1299, "EUR")

    def test_a_single_variant_is_called_like_its_product(self, hear: Callable[..., bool]) -> None:
        hear(product_changed("MUG"))

        assert Offer.objects.get().title == "Mug"

    @pytest.mark.parametrize("status", ["draft", "archived", "withheld"])
    def test_another_status_takes_it_off_sale(self, hear: Callable[..., bool], status: str) -> None:
        hear(product_changed("MUG", product_id=PRODUCT))

        hear(product_changed("MUG", product_id=PRODUCT, version=2, status=status))

        assert selectors.available_offers(skus=["MUG"]) == {}

    def test_a_variant_that_is_gone_cannot_be_bought(self, hear: Callable[..., bool]) -> None:
        hear(product_changed("MUG", "CUP", product_id=PRODUCT))
        hear(product_changed("POT"))

        hear(product_changed("CUP", product_id=PRODUCT, version=2))

        assert set(selectors.available_offers(skus=["MUG", "CUP", "POT"])) == {"CUP", "POT"}

    @pytest.mark.parametrize("versions", list(permutations([1, 2, 3])))
    def test_the_highest_version_stays_in_whatever_order_they_come(
        self, hear: Callable[..., bool], versions: tuple[int, ...]
    ) -> None:
        for version in versions:
            hear(_priced(version))
            hear(_priced(version))

        assert Offer.objects.get().price_minor == 300

    def test_costs_few_queries(self, hear: Callable[..., bool], django_assert_max_num_queries: Any) -> None:
        fact = product_changed(*(f"MUG-{size}" for size in range(50)))

        with django_assert_max_num_queries(9):
            hear(fact)


class TestKeepStockWhenStockChanged:
    @pytest.mark.parametrize("versions", list(permutations([1, 2, 3])))
    def test_the_highest_version_stays_in_whatever_order_they_come(
        self, hear: Callable[..., bool], versions: tuple[int, ...]
    ) -> None:
        for version in versions:
            hear(_counted(version))
            hear(_counted(version))

        assert selectors.stock_of(skus=["MUG", "CUP"]) == {"MUG": 30}

    def test_costs_one_statement_besides_the_inbox(
        self, hear: Callable[..., bool], django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(4):  # and a savepoint, in which this test's transaction is
            hear(_counted(1))


def _counted(version: int) -> StockChanged:
    return StockChanged(version=version, sku="MUG", product_id=PRODUCT, on_hand=40, available=version * 10)


def _priced(version: int) -> ProductChanged:
    variant = ProductVariant(sku="MUG", title="", price_minor=version * 100, currency="USD")
    return product_changed(product_id=PRODUCT, version=version, variants=(variant,))
