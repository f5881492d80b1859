"""A fact is written down with the change it tells of, or not at all."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from common.contracts import StockChanged
from common.events.models import OutboxMessage
from common.events.outbox import PublishedOutsideTransaction, publish
from common.observability.correlation import correlated

FACT = StockChanged(version=3, sku="MUG-1", product_id="p", on_hand=5, available=4)


@pytest.mark.django_db(transaction=True)
class TestPublish:
    def test_refuses_outside_a_transaction(self) -> None:
        with pytest.raises(PublishedOutsideTransaction):
            publish(FACT)

    def test_goes_away_with_a_change_that_fails(self) -> None:
        with transaction.atomic():
            publish(FACT)
            transaction.set_rollback(True)

        assert not OutboxMessage.objects.exists()

    def test_carries_the_names_of_the_request_that_caused_it(self) -> None:
        with correlated("request-0001") as names, transaction.atomic():
            publish(FACT)

        row = OutboxMessage.objects.get()
        assert (row.request_id, row.traceparent) == ("request-0001", names.traceparent)
        assert (row.name, row.aggregate, row.version) == ("inventory.stock_changed.v1", "MUG-1", 3)
        assert row.data == FACT.data()
        assert row.is_required is False

    def test_names_a_fact_in_the_order_of_time(self) -> None:
        with transaction.atomic():
            publish(FACT)

        assert OutboxMessage.objects.get().fact_id.version == 7

    def test_writes_several_in_their_order_with_one_statement(self, django_assert_num_queries: Any) -> None:
        facts = [replace(FACT, sku=sku) for sku in ("MUG-3", "MUG-1", "MUG-2")]

        with transaction.atomic(), django_assert_num_queries(1):
            publish(*facts)

        assert [row.aggregate for row in OutboxMessage.objects.order_by("sequence")] == ["MUG-3", "MUG-1", "MUG-2"]
