"""What migrations do with orders that are there already."""

from importlib import import_module

import pytest

from common import clock
from order_svc.orders.models import OrderLine
from order_svc.orders.services import cancel_order
from tests.order_svc.factories import NOON, Somebody, placed_order

pytestmark = pytest.mark.django_db


class TestNewestOfSeller:
    def test_dates_the_lines_of_old_orders(self, monkeypatch: pytest.MonkeyPatch) -> None:
        migration = import_module("order_svc.orders.migrations.0006_newest_of_seller")
        monkeypatch.setattr(migration, "BATCH", 2)
        made = {order.id: order.created_at for order in [placed_order() for _ in range(5)]}
        OrderLine.objects.update(ordered_at=NOON)

        migration.fill(None, None)

        assert dict(OrderLine.objects.values_list("order_id", "ordered_at")) == made


class TestSoldByStatus:
    def test_tells_the_lines_of_old_orders_how_far_these_came(self, monkeypatch: pytest.MonkeyPatch) -> None:
        migration = import_module("order_svc.orders.migrations.0008_sold_by_status")
        monkeypatch.setattr(migration, "BATCH", 2)
        orders = [placed_order() for _ in range(5)]
        for order in orders[:3]:
            cancel_order(person=Somebody(order.customer_id), order_id=order.id, now=clock.now())
        OrderLine.objects.update(order_status="shipped")

        migration.fill(None, None)

        came = dict(OrderLine.objects.values_list("order_id", "order_status"))
        assert [came[order.id] for order in orders] == ["cancelled"] * 3 + ["placed"] * 2
