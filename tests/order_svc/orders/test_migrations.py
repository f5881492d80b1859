"""What migrations do with orders that are there already."""

from importlib import import_module

import pytest

from order_svc.orders.models import OrderLine
from tests.order_svc.factories import NOON, placed_order

pytestmark = pytest.mark.django_db


class TestNewestOfSeller:
    def test_dates_the_lines_of_old_orders(self, monkeypatch: pytest.MonkeyPatch) -> None:
        migration = import_module("order_svc.orders.migrations.0006_newest_of_seller")
        monkeypatch.setattr(migration, "BATCH", 2)
        made = {order.id: order.created_at for order in [placed_order() for _ in range(5)]}
        OrderLine.objects.update(ordered_at=NOON)

        migration.fill(None, None)

        assert dict(OrderLine.objects.values_list("order_id", "ordered_at")) == made
