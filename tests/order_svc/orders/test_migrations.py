"""What migrations do with orders that are there already."""

from importlib import import_module

import pytest

from common import clock
from order_svc.orders.models import OrderLine
from order_svc.orders.services import cancel_order
from tests.common.events.conftest import database_url
from tests.cut_off import Rerun, begin_index, schema
from tests.order_svc.factories import NOON, Somebody, placed_order

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
class TestRunAgain:
    @pytest.mark.parametrize("name", ["0008_sold_by_status", "0009_ids_in_order"])
    def test_ends_well_wherever_it_was_cut_off(self, name: str) -> None:
        whole = schema()

        ends = [schema() for _ in Rerun("orders", name).cut_off_everywhere()]

        assert all(end == whole for end in ends)

    def test_ends_well_with_what_later_ones_stand_on(self) -> None:
        later = Rerun("orders", "0008_sold_by_status")
        later.take_back()
        whole = schema()

        ends = [schema() for _ in Rerun("orders", "0006_newest_of_seller").cut_off_everywhere()]

        later.run()
        assert all(end == whole for end in ends)

    def test_makes_an_index_that_was_only_begun(self) -> None:
        whole, migration = schema(), Rerun("orders", "0008_sold_by_status")
        migration.take_back()
        begin_index(
            database_url(),
            "orders_orderline",
            "CREATE INDEX CONCURRENTLY line_newest_of_seller_status ON orders_orderline (seller_id)",
        )

        migration.run()

        assert schema() == whole


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
