"""What order_svc does by itself is there to be done."""

import pytest

from common import clock
from order_svc.config.celery import app
from order_svc.config.schedule import SCHEDULE
from order_svc.orders.models import Order
from tests.order_svc.factories import NOON, placed_order


class TestSchedule:
    def test_names_tasks_that_exist(self) -> None:
        assert set(SCHEDULE) <= set(app.tasks)

    def test_lets_orders_expire_however_long_their_provider_takes(self) -> None:
        assert [name for name, every in SCHEDULE.items() if every.among_facts] == ["orders.expire_unsettled"]

    @pytest.mark.django_db(transaction=True)
    def test_old_orders_are_finished_and_young_ones_left(self) -> None:
        old, young = placed_order(now=NOON), placed_order(now=clock.now())

        for name in SCHEDULE:
            app.tasks[name](an_argument_of_a_later_version=1)

        assert Order.objects.get(id=old.id).cancel_reason == "expired"
        assert Order.objects.get(id=young.id).status == "placed"
