"""Invariants 2, 3, 4 and 6: money, stock and notifications of each order."""

from __future__ import annotations

import os
from collections.abc import Iterator

from common.money import Money
from common.topology import NOTIFICATIONS, ORDERS, PRODUCTS
from ops.verify.books import Books
from ops.verify.breach import Breach

_DEFAULT_LIMIT_SECONDS = 300
_SWEEPERS_GRACE_SECONDS = 60

_UNPAID = """
    SELECT o.id, p.status, p.amount_minor, p.currency FROM orders_order AS o
    LEFT JOIN payments_payment AS p ON p.order_id = o.id AND p.status = 'captured'
    WHERE o.status IN ('confirmed', 'shipped', 'delivered')
    GROUP BY o.id, p.id
    HAVING count(p.id) <> 1 OR p.amount_minor <> o.total_minor OR p.currency <> o.currency
"""
_GIVEN_BACK = """
    SELECT o.id, p.provider, p.given_back_minor, p.amount_minor, p.currency FROM orders_order AS o
    JOIN payments_payment AS p ON p.order_id = o.id
    WHERE o.status IN ('confirmed', 'shipped', 'delivered') AND p.given_back_minor > 0
"""
_CHARGED = """
    SELECT o.id FROM orders_order AS o JOIN payments_payment AS p ON p.order_id = o.id
    LEFT JOIN payments_sandboxcharge AS c ON c.idempotency_key = p.id::text
    WHERE p.provider = 'sandbox' AND p.amount_minor > 0 AND (
        (p.status = 'captured' AND c.status IS DISTINCT FROM 'succeeded')
        OR (p.status IN ('refunded', 'voided', 'declined') AND c.status IN ('authorised', 'succeeded')))
"""
_UNSENT = """
    SELECT o.id FROM orders_order AS o JOIN orders_orderline AS l ON l.order_id = o.id
    GROUP BY o.id HAVING (o.status IN ('shipped', 'delivered')) <> bool_and(l.shipped_at IS NOT NULL)
        OR (o.status IN ('placed', 'cancelled') AND bool_or(l.shipped_at IS NOT NULL))
"""
_STRAY = """
    SELECT provider || ' ' || reference AS charge FROM payments_straycharge WHERE refunded_at IS NULL
    UNION ALL
    SELECT 'sandbox ' || c.id FROM payments_sandboxcharge AS c
    LEFT JOIN payments_payment AS p ON p.id::text = c.idempotency_key
    WHERE p.id IS NULL AND c.status IN ('authorised', 'succeeded')
"""
_ORDERED = """
    SELECT o.id, l.sku, l.quantity::bigint FROM orders_order AS o JOIN orders_orderline AS l ON l.order_id = o.id
    WHERE o.status IN ('confirmed', 'shipped', 'delivered')
"""
_SOLD = """
    SELECT m.order_id, i.sku, (-sum(m.delta))::bigint FROM inventory_stockmovement AS m
    JOIN inventory_stockitem AS i ON i.id = m.item_id
    WHERE m.order_id IS NOT NULL GROUP BY m.order_id, i.sku HAVING sum(m.delta) <> 0
"""
_CANCELLED = "SELECT id FROM orders_order WHERE status = 'cancelled'"
_HELD = "SELECT DISTINCT order_id FROM inventory_reservation WHERE status = 'open'"
_KEPT_MONEY = """
    SELECT o.id FROM orders_order AS o JOIN payments_payment AS p ON p.order_id = o.id
    WHERE o.status = 'cancelled' AND p.status IN ('captured', 'processing')
"""
_OVERDUE = "SELECT id FROM orders_order WHERE status = 'placed' AND placed_at < now() - %s * interval '1 second'"
_CONFIRMED = """
    SELECT o.id::text, o.customer_id FROM orders_order AS o
    WHERE o.status IN ('confirmed', 'shipped', 'delivered') OR (o.cancel_reason = 'customer' AND EXISTS (
        SELECT FROM orders_orderevent AS e WHERE e.order_id = o.id AND e.fact = 'orders.order_confirmed.v1'))
"""
_TOLD = """
    SELECT data->>'order_id' AS id, user_id, count(*) AS times FROM notifications_notification
    WHERE event = 'orders.order_confirmed.v1' AND audience = 'buyer' GROUP BY 1, 2
"""


def sold_orders_are_paid_and_deducted_once(books: Books) -> Iterator[Breach]:
    """Each order that goes out has one captured payment of its total, and its stock was deducted once."""
    for row in books.rows(ORDERS, _UNPAID):
        yield Breach(f"order {row['id']}", "has no captured payment of its total")
    for row in books.rows(ORDERS, _GIVEN_BACK):
        part = f"{Money(row['given_back_minor'], row['currency'])} of {Money(row['amount_minor'], row['currency'])}"
        yield Breach(f"order {row['id']}", f"{part} were given back at {row['provider']} by hand")
    for row in books.rows(ORDERS, _CHARGED):
        yield Breach(f"order {row['id']}", "the provider's books and ours differ")
    for row in books.rows(ORDERS, _UNSENT):
        yield Breach(f"order {row['id']}", "what was sent of it is not what its status says")
    sold = books.tuples(PRODUCTS, _SOLD)
    ordered = books.tuples(ORDERS, _ORDERED)
    for order_id, sku, quantity in ordered - sold:
        yield Breach(f"order {order_id}", f"{quantity} of {sku} were not deducted exactly once")
    for order_id, sku, quantity in sold - ordered:
        yield Breach(f"order {order_id}", f"{quantity} of {sku} were deducted, and the order does not account for it")


def cancelled_orders_hold_nothing(books: Books) -> Iterator[Breach]:
    """A cancelled order holds no reservation, no stock (see invariant 2) and no money; no stray charge is kept."""
    cancelled = books.tuples(ORDERS, _CANCELLED)
    for (order_id,) in books.tuples(PRODUCTS, _HELD) & cancelled:
        yield Breach(f"order {order_id}", "is cancelled and still holds a reservation")
    for row in books.rows(ORDERS, _KEPT_MONEY):
        yield Breach(f"order {row['id']}", "is cancelled and its money was not given back")
    for row in books.rows(ORDERS, _STRAY):
        yield Breach(f"charge {row['charge']}", "arrived for no order and was not sent back")


def no_order_stays_open(books: Books) -> Iterator[Breach]:
    """An order is settled within its time limit; the sweepers get a minute more."""
    limit = float(os.environ.get("ORDER_SVC_ORDER_TIME_LIMIT_SECONDS") or _DEFAULT_LIMIT_SECONDS)
    for row in books.rows(ORDERS, _OVERDUE, limit + _SWEEPERS_GRACE_SECONDS):
        yield Breach(f"order {row['id']}", "is still placed beyond its time limit")


def buyers_were_told_once(books: Books) -> Iterator[Breach]:
    """Each order that was confirmed has exactly one "order confirmed" notification, the buyer's."""
    confirmed = {(order_id, customer_id, 1) for order_id, customer_id in books.tuples(ORDERS, _CONFIRMED)}
    told = books.tuples(NOTIFICATIONS, _TOLD)
    for order_id, _customer, _times in confirmed - told:
        yield Breach(f"order {order_id}", "its buyer has not exactly one notification that it is confirmed")
    for order_id, _customer, _times in told - confirmed:
        yield Breach(f"order {order_id}", "somebody was told that it is confirmed, and it is not so, or not theirs")
