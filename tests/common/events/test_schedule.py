"""What services do by themselves, as the one scheduler reads it."""

from importlib import import_module

import pytest

from common.events.schedule import Every, beat_entries
from common.topology import ORDERS, PRODUCTS, SERVICES, Service


class TestBeatEntries:
    def test_send_a_task_to_its_own_service(self) -> None:
        (entry,) = beat_entries(ORDERS, {"orders.expire_unsettled": Every(seconds=10)}).values()

        assert entry["task"] == "orders.expire_unsettled"
        assert entry["schedule"] == 10
        assert entry["options"]["exchange"] == "order_svc.private"
        assert entry["options"]["routing_key"] == "order_svc.work"

    def test_send_what_must_not_wait_for_slow_work_among_the_facts(self) -> None:
        (entry,) = beat_entries(ORDERS, {"orders.expire_unsettled": Every(seconds=10, among_facts=True)}).values()

        assert entry["options"]["exchange"] == "order_svc.private"
        assert entry["options"]["routing_key"] == "order_svc.facts"

    def test_drop_a_run_when_the_next_is_due(self) -> None:
        (entry,) = beat_entries(ORDERS, {"orders.expire_unsettled": Every(seconds=10)}).values()

        assert entry["options"]["expires"] == 10

    def test_keep_apart_what_two_services_call_the_same(self) -> None:
        schedule = {"idempotency.forget_old_answers": Every(seconds=3600)}

        entries = beat_entries(ORDERS, schedule) | beat_entries(PRODUCTS, schedule)

        assert {entry["options"]["routing_key"] for entry in entries.values()} == {"order_svc.work", "product_svc.work"}
        assert {entry["task"] for entry in entries.values()} == set(schedule)


class TestSchedules:
    @pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
    def test_of_all_services_forget_old_facts(self, service: Service) -> None:
        assert "events.forget_old_facts" in import_module(f"{service.name}.config.schedule").SCHEDULE
