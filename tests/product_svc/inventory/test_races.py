"""Many orders at once, on real connections."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError
from django.db.models import F

from common.contracts import OrderLine
from common.testing.plugin import Told
from product_svc.catalog.models import Product
from product_svc.inventory import errors, services
from product_svc.inventory.models import OrderStock, Reservation, Stage, StockItem
from tests.product_svc.factories import NOON, line, product
from tests.product_svc.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

BUYERS = 8


def order(*lines: OrderLine) -> Callable[[], object]:
    """Somebody's order of these lines."""
    return lambda: services.reserve_stock(order_id=uuid.uuid4(), lines=lines, now=NOON)


class TestReserveStock:
    def test_sells_the_last_piece_once(self) -> None:
        product("MUG", stock=10)

        at_once([order(line("MUG", 1)) for _ in range(30)])

        item = StockItem.objects.get(sku="MUG")
        assert (item.on_hand, item.reserved) == (10, 10)
        assert OrderStock.objects.filter(stage=Stage.RESERVED).count() == 10
        assert OrderStock.objects.filter(stage=Stage.REJECTED).count() == 20
        assert Reservation.objects.count() == 10

    def test_does_not_wait_in_a_circle(self) -> None:
        product("MUG", stock=100)
        product("POT", stock=100)
        there, back = (line("MUG", 1), line("POT", 1)), (line("POT", 1), line("MUG", 1))

        at_once([order(*lines) for lines in [there, back] * 30])

        assert list(StockItem.objects.values_list("reserved", flat=True)) == [60, 60]

    def test_handles_an_order_that_is_cancelled_meanwhile(self) -> None:
        product("MUG", stock=100)
        orders = [uuid.uuid4() for _ in range(20)]

        at_once(
            [
                job
                for order_id in orders
                for job in (
                    lambda order_id=order_id: services.reserve_stock(
                        order_id=order_id, lines=[line("MUG", 1)], now=NOON
                    ),
                    lambda order_id=order_id: services.release_stock(order_id=order_id, now=NOON),
                )
            ]
        )

        assert StockItem.objects.get(sku="MUG").reserved == 0
        assert OrderStock.objects.filter(stage=Stage.RELEASED).count() == 20

    def test_sells_a_repeated_confirmation_once(self) -> None:
        product("MUG", stock=10)
        order_id = uuid.uuid4()
        services.reserve_stock(order_id=order_id, lines=[line("MUG", 4)], now=NOON)

        at_once([lambda: services.sell_stock(order_id=order_id, now=NOON)] * BUYERS)

        assert StockItem.objects.get(sku="MUG").on_hand == 6


class TestAdjustStock:
    def test_never_takes_what_is_put_aside(self) -> None:
        product("MUG", stock=10)
        services.reserve_stock(order_id=uuid.uuid4(), lines=[line("MUG", 4)], now=NOON)

        results = at_once(
            [
                lambda: services.adjust_stock(owner_id=None, sku="MUG", delta=-1, reason="broken", now=NOON)
                for _ in range(10)
            ]
        )

        assert StockItem.objects.get(sku="MUG").on_hand == 4
        assert results.count(errors.InsufficientStock) == 4


class TestTheDatabase:
    @pytest.mark.parametrize("change", [{"reserved": F("on_hand") + 1}, {"on_hand": -1}, {"reserved": -1}])
    def test_refuses_an_oversell_by_itself(self, change: dict[str, object]) -> None:
        product("MUG", stock=10)

        with pytest.raises(IntegrityError, match="stock_covers_reservations"):
            StockItem.objects.filter(sku="MUG").update(**change)


class TestCreateProduct:
    def test_gives_each_of_one_title_a_slug(self) -> None:
        at_once([lambda n=n: product(f"MUG-{n}", title="Blue Mug") for n in range(16)])

        assert len(set(Product.objects.values_list("slug", flat=True))) == 16
        assert Product.objects.filter(slug="blue-mug").exists()

    def test_gives_a_sku_to_one(self) -> None:
        results = at_once([lambda: product("MUG") for _ in range(BUYERS)])

        assert sum(isinstance(result, Product) for result in results) == 1
        assert StockItem.objects.count() == 1
        assert len(Told()) == 2
