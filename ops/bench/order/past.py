"""Past orders: one that the platform settled itself, copied with all rows that belong to it in every database.

The databases commit their copies at the end, when all of them are complete.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from typing import Any

import psycopg
from psycopg import sql

from common.topology import NOTIFICATIONS, ORDERS, PRODUCTS, SERVICES
from ops.bench.order.calm import wait_for_calm
from ops.bench.order.copying import Copying
from ops.bench.order.crowd import ADDRESS, Crowd, sign_up
from ops.bench.order.model import Row, find_model
from ops.bench.stage import Stage
from ops.errors import OpsError
from ops.progress import Say

Databases = Mapping[str, psycopg.Connection[Any]]

_SETTLING_SECONDS = 60.0
_LIVE_ORDERS = 10_000
"""How many orders earlier runs may have added before the past counts as a longer one."""

_COUNT = "SELECT count(*) FROM orders_order WHERE status <> 'placed'"
# Copies of consistent rows are consistent: no foreign key has to be checked, and no trigger has to wake a relay.
_WITHOUT_CHECKS = "SET LOCAL session_replication_role = replica"
_WERE_RECEIVED = """
    INSERT INTO inventory_stockmovement (item_id, delta, kind, reason, created_at)
    SELECT item_id, quantity * %s, 'received', 'sold since', now() - interval '7 days'
    FROM inventory_reservation WHERE order_id = %s
"""
_COUNT_FEEDS = """
    INSERT INTO notifications_feed (user_id, last_sequence)
    SELECT user_id, max(sequence) FROM notifications_notification GROUP BY user_id
    ON CONFLICT (user_id) DO UPDATE SET last_sequence = excluded.last_sequence
"""


def fill(stage: Stage, crowd: Crowd, total: int, *, say: Say) -> int:
    """Fill up to so many settled orders. Returns how many there are now.

    Raises OpsError if there are so many more that the figures would be those of a longer past.
    """
    present = count(stage)
    if present > total + max(total, _LIVE_ORDERS):
        raise OpsError(f"There are {present:,} past orders already; --fresh begins without any.")
    if present < total:
        model = _settle_one(stage, crowd, say=say)
        _copy(stage, model, range(present + 1, total + 1), say=say)
    return count(stage)


def count(stage: Stage) -> int:
    """How many orders are settled, that is, no longer ``placed``."""
    with psycopg.connect(stage.administrators_url(ORDERS.name), connect_timeout=3) as connection:
        row = connection.execute(_COUNT).fetchone()
    return int(row[0]) if row else 0


def _settle_one(stage: Stage, crowd: Crowd, *, say: Say) -> dict[str, Any]:
    """Place an order as a new customer, and wait until it is confirmed and nothing is under way."""
    say("one real order")
    buyer = sign_up(stage.platform.url)
    key = str(uuid.uuid4())
    order = buyer.shop.place_order([(crowd.skus[0], 1)], address=ADDRESS, token="tok_success", key=key)  # noqa: S106
    deadline = time.monotonic() + _SETTLING_SECONDS
    while order["status"] == "placed" and time.monotonic() < deadline:
        time.sleep(0.2)
        order = buyer.shop.order(order["id"])
    if order["status"] != "confirmed" or wait_for_calm(stage, say=say):
        raise OpsError(f"The order to be copied is {order['status']}, or not everybody has heard of it.")
    return {**order, "customer_id": buyer.id, "key": key}


def _copy(stage: Stage, model: Mapping[str, Any], numbers: range, *, say: Say) -> None:
    with ExitStack() as stack:
        databases = {service.name: stack.enter_context(_open(stage, service.name)) for service in SERVICES}
        say("finding what hangs on it")
        found = find_model(databases, model["id"], model["key"])
        copying = Copying(ids=found.ids, number=model["number"], customer_id=model["customer_id"], numbers=numbers)
        _copy_all(copying, found.rows, databases, say=say)
        databases[PRODUCTS.name].execute(_WERE_RECEIVED, [len(numbers), model["id"]])
        databases[NOTIFICATIONS.name].execute(_COUNT_FEEDS)
        for database in databases.values():
            database.commit()
        say("gathering statistics")
        for name, rows in found.rows.items():
            databases[name].autocommit = True
            for table in {row.table for row in rows}:
                databases[name].execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))


def _copy_all(copying: Copying, rows: Mapping[str, list[Row]], databases: Databases, *, say: Say) -> None:
    """Copy into all databases at once; if one fails, or on an interrupt, the others stop after their statement."""
    done = dict.fromkeys((name for name in rows if rows[name]), 0)
    stopping = threading.Event()

    def copy_into(name: str) -> None:
        databases[name].execute(_WITHOUT_CHECKS)
        for batch in copying.batches():
            for row in rows[name]:
                if stopping.is_set():
                    return
                databases[name].execute(copying.statement(row, batch))
            done[name] += len(batch)
            say(f"{min(done.values()):,} of {len(copying.numbers):,} copied")

    with ThreadPoolExecutor(len(done)) as pool:
        try:
            for ended in as_completed([pool.submit(copy_into, name) for name in done]):
                ended.result()
        finally:
            stopping.set()


def _open(stage: Stage, name: str) -> psycopg.Connection[Any]:
    return psycopg.connect(stage.administrators_url(name), connect_timeout=3)
