"""Sellers are told when something runs low, each time it does, and only then."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from common.contracts import StockLow
from product_svc.inventory import rules, services
from product_svc.inventory.models import StockItem
from tests.product_svc.factories import NOON, Somebody, cancelled, confirmed, line, placed, product

pytestmark = pytest.mark.django_db

SELLER = Somebody(uuid.UUID(int=1))
Hear = Callable[..., bool]


def buy(hear: Hear, *quantities: int, sku: str = "MUG") -> uuid.UUID:
    """One order with a line for each quantity, up to its confirmation."""
    order_id = uuid.uuid4()
    lines = [line(sku, quantity) for quantity in quantities]
    hear(placed(order_id, *lines))
    hear(confirmed(order_id, *lines))
    return order_id


def adjust(delta: int) -> None:
    services.adjust_stock(owner_id=None, sku="MUG", delta=delta, reason="counted", now=NOON)


def levels(told: Any) -> list[int]:
    return [fact.on_hand for fact in told.named(StockLow)]


class TestHasRunLow:
    @pytest.mark.parametrize(
        ("before", "now", "low_at", "expected"),
        [
            (6, 5, 5, True),
            (9, 2, 5, True),
            (5, 4, 5, False),
            (5, 5, 5, False),
            (4, 6, 5, False),
            (1, 0, 5, True),
            (9, 0, 5, True),
            (1, 0, 0, True),
            (2, 1, 0, False),
            (0, 0, 5, False),
            (0, 3, 5, False),
        ],
    )
    def test_is_a_mark_that_is_passed_downwards(self, before: int, now: int, low_at: int, expected: bool) -> None:
        assert rules.has_run_low(before=before, now=now, low_at=low_at) is expected


class TestLowStock:
    def test_is_told_with_the_sale_that_reaches_the_mark(self, hear: Hear, told: Any) -> None:
        mug = product("MUG", stock=8, author=SELLER)
        buy(hear, 2)
        assert levels(told) == []

        buy(hear, 1)

        assert told.named(StockLow) == [
            StockLow(
                version=StockItem.objects.get().version,
                sku="MUG",
                product_id=str(mug.id),
                product_title=mug.title,
                product_slug=mug.slug,
                seller_id=str(SELLER.id),
                on_hand=5,
                low_at=5,
            )
        ]

    def test_is_told_once_for_all_that_is_sold_below(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=7, author=SELLER)

        for _ in range(4):
            buy(hear, 1)

        assert levels(told) == [5]

    def test_is_told_once_more_when_the_last_one_goes(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=7, author=SELLER)

        buy(hear, 3)
        buy(hear, 4)

        assert levels(told) == [4, 0]

    def test_is_told_again_after_more_came(self, told: Any) -> None:
        product("MUG", stock=6, author=SELLER)

        adjust(-1)
        adjust(+10)
        adjust(-10)

        assert levels(told) == [5, 5]

    def test_is_not_told_of_what_is_merely_put_aside(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=6, author=SELLER)
        order_id = uuid.uuid4()

        hear(placed(order_id, line("MUG", 4)))
        hear(cancelled(order_id))

        assert levels(told) == []

    def test_is_not_told_by_what_comes_back(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=3, author=SELLER)
        order_id = buy(hear, 1)

        hear(cancelled(order_id))

        assert levels(told) == []

    def test_is_told_once_when_its_order_is_heard_twice(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=6, author=SELLER)
        order_id = buy(hear, 1)

        services.sell_stock(order_id=order_id, now=NOON)

        assert levels(told) == [5]

    def test_is_measured_by_the_sellers_own_mark(self, hear: Hear, told: Any) -> None:
        product("MUG", stock=9, author=SELLER)
        services.warn_from(owner_id=SELLER.id, sku="MUG", low_at=8)

        buy(hear, 1)

        assert [(fact.on_hand, fact.low_at) for fact in told.named(StockLow)] == [(8, 8)]
