"""What a seller with very many sales asks for is found by an index, whatever the list is narrowed by."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from order_svc.orders import selectors
from tests.order_svc.factories import Somebody

pytestmark = pytest.mark.django_db

MIRA = Somebody(uuid.UUID(int=7), roles=frozenset({"seller"}))
PAGE = 20
MOST_ROWS = 10 * PAGE
"""A page is found, joined and shown; what was sold is fifty times as much."""

# Of each four orders, one is of somebody else, and cancelled, as none of Mira's is.
_ORDERS = """
    INSERT INTO orders_order (id, number, customer_id, status, cancel_reason, total_minor, currency, shipping_address,
        placed_at, settled_at, version, created_at, updated_at)
    SELECT gen_random_uuid(), 'OC-' || lpad(i::text, 10, '0'), gen_random_uuid(),
        CASE i % 4 WHEN 0 THEN 'cancelled' WHEN 1 THEN 'shipped' ELSE 'delivered' END,
        CASE i % 4 WHEN 0 THEN 'customer' END, 1000, 'USD', '{}', at, at, 4, at, at
    FROM (SELECT i, now() - i * interval '1 minute' AS at FROM generate_series(1, 12000) AS i) AS made
"""
_LINES = """
    INSERT INTO orders_orderline
        (order_id, position, sku, title, quantity, unit_price_minor, currency, seller_id, ordered_at, order_status)
    SELECT id, 0, 'MUG', 'Mug', 1, 1000, 'USD', CASE status WHEN 'cancelled' THEN gen_random_uuid() ELSE %s END,
        created_at, status FROM orders_order
"""
_PAYMENTS = """
    INSERT INTO payments_payment (id, order_id, provider, token, amount_minor, currency, status, failure_code,
        provider_reference, attempts, created_at, updated_at)
    SELECT gen_random_uuid(), id, 'sandbox', 'x', 1000, 'USD', 'captured', '', '', 1, created_at, created_at
    FROM orders_order
"""


@pytest.fixture
def _many_sales(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS)
        cursor.execute(_LINES, [MIRA.id])
        cursor.execute(_PAYMENTS)
        cursor.execute("ANALYZE orders_order, orders_orderline, payments_payment")


def rows_read(wanted: dict[str, Any]) -> int:
    """How many rows of tables and indexes are read for the first page."""
    orders = selectors.narrowed(selectors.orders_for(person=MIRA), person=MIRA, **wanted)
    sql, parameters = orders.order_by("-ordered_at", "-order_id")[: PAGE + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        plan = cursor.fetchone()[0][0]["Plan"]
    return sum(
        (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"]
        for step in _steps(plan)
        if "Scan" in step["Node Type"] and "Relation Name" in step
    )


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _steps(part)


@pytest.mark.usefixtures("_many_sales")
class TestSales:
    @pytest.mark.parametrize(
        "wanted",
        [
            {},
            *({"status": status} for status in ("placed", "confirmed", "shipped", "delivered", "cancelled")),
            {"number": "OC-0000000001"},
            {"number": "OC-0000000004"},
            {"number": "OC-NOBODY"},
            {"number": "OC-0000011999", "status": "delivered"},
        ],
        ids=str,
    )
    def test_are_found_without_reading_all_of_them(self, wanted: dict[str, Any]) -> None:
        assert rows_read(wanted) <= MOST_ROWS
