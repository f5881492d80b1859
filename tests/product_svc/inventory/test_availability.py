"""Whether anything of a product can be ordered, as lists know it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from product_svc.catalog import services as catalog
from product_svc.catalog.models import Product
from product_svc.catalog.rules import VariantDraft
from product_svc.inventory import services
from product_svc.inventory.models import StockItem
from tests.product_svc.factories import NOON, STAFF, line, product
from tests.product_svc.inventory.test_races import at_once


def is_in_stock(mug: Product) -> bool:
    """As it is noted, which is as it is."""
    noted = Product.objects.get(id=mug.id).is_in_stock
    left = [item.available for item in StockItem.objects.filter(product=mug, variant__is_retired=False)]
    assert noted == any(left)
    return noted


def adjust(sku: str, delta: int) -> None:
    services.adjust_stock(owner_id=None, sku=sku, delta=delta, reason="counted", now=NOON)


@pytest.mark.django_db
class TestProduct:
    def test_begins_with_its_first_stock(self) -> None:
        assert is_in_stock(product("A", stock=1))
        assert not is_in_stock(product("B", stock=0))

    def test_follows_corrections(self) -> None:
        mug = product("A", stock=1)

        adjust("A", -1)
        assert not is_in_stock(mug)
        adjust("A", 5)
        assert is_in_stock(mug)

    def test_follows_an_order(self) -> None:
        mug, order_id = product("A", stock=2), uuid.uuid4()

        services.reserve_stock(order_id=order_id, lines=[line("A", 2)], now=NOON)
        assert not is_in_stock(mug)
        services.sell_stock(order_id=order_id, now=NOON)
        assert not is_in_stock(mug)
        services.release_stock(order_id=order_id, now=NOON)
        assert is_in_stock(mug)

    def test_lasts_as_long_as_one_of_its_variants(self) -> None:
        mug = product(variants=[VariantDraft(sku="A", stock=1), VariantDraft(sku="B", stock=1)])

        adjust("A", -1)
        assert is_in_stock(mug)
        adjust("B", -1)
        assert not is_in_stock(mug)

    def test_does_not_count_what_is_retired(self) -> None:
        mug = product(variants=[VariantDraft(sku="A", stock=1), VariantDraft(sku="B", stock=0)])

        self._offer(mug, VariantDraft(sku="B"))
        assert not is_in_stock(mug)
        self._offer(mug, VariantDraft(sku="B"), VariantDraft(sku="C", stock=3))
        assert is_in_stock(mug)

    def test_is_not_undone_by_who_edits_it(self) -> None:
        mug = product("A", stock=1)

        catalog.change_product(
            editor=STAFF,
            key=str(mug.id),
            changes={"title": "Cup", "variants": [VariantDraft(sku="B", stock=0)]},
            now=NOON,
        )

        assert not is_in_stock(mug)

    def test_is_written_only_when_it_changes(self, django_assert_num_queries: Callable[[int], Any]) -> None:
        product("A", stock=10)
        services.warn_from(owner_id=None, sku="A", low_at=0)
        with django_assert_num_queries(6):
            services.adjust_stock(owner_id=None, sku="A", delta=-9, reason="counted", now=NOON)
        with django_assert_num_queries(9 + 2):  # by which it is known in which lists that has to show
            services.adjust_stock(owner_id=None, sku="A", delta=-1, reason="counted", now=NOON)

    def _offer(self, mug: Product, *variants: VariantDraft) -> None:
        catalog.change_product(editor=STAFF, key=str(mug.id), changes={"variants": variants}, now=NOON)


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_the_last_of_each_variant_leaves_none_of_the_product(self) -> None:
        mugs = [
            product(variants=[VariantDraft(sku=f"A-{number}", stock=1), VariantDraft(sku=f"B-{number}", stock=1)])
            for number in range(20)
        ]
        skus = [f"{variant}-{number}" for number in range(20) for variant in "AB"]

        at_once([lambda sku=sku: self._order(line(sku, 1)) for sku in skus])

        assert not any(is_in_stock(mug) for mug in mugs)

    def test_orders_of_the_same_products_do_not_wait_in_a_circle(self) -> None:
        mugs = [product(sku, stock=10) for sku in ("A", "B", "C")]
        there, back = [line(sku, 1) for sku in "ABC"], [line(sku, 1) for sku in "CBA"]

        at_once([lambda lines=lines: self._order(*lines) for lines in [there, back] * 10])

        assert not any(is_in_stock(mug) for mug in mugs)

    def test_what_comes_while_the_last_goes_is_seen(self) -> None:
        mugs = [product(f"A-{number}", stock=1) for number in range(20)]

        jobs: list[Callable[[], object]] = []
        for number in range(20):
            jobs.append(lambda sku=f"A-{number}": self._order(line(sku, 1)))  # type: ignore[misc]
            jobs.append(lambda sku=f"A-{number}": adjust(sku, 1))  # type: ignore[misc]
        at_once(jobs)

        assert all(is_in_stock(mug) for mug in mugs)

    def _order(self, *lines: Any) -> None:
        services.reserve_stock(order_id=uuid.uuid4(), lines=lines, now=NOON)
