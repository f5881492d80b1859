"""Invariant 1: the stock of each SKU adds up."""

from __future__ import annotations

from collections.abc import Iterator

from common.topology import PRODUCTS
from ops.verify.books import Books
from ops.verify.breach import Breach

_ITEMS = """
    SELECT item.sku, item.on_hand, item.reserved, coalesce(moved.total, 0) AS moved, coalesce(held.total, 0) AS held
    FROM inventory_stockitem AS item
    LEFT JOIN (SELECT item_id, sum(delta) AS total FROM inventory_stockmovement GROUP BY item_id) AS moved
        ON moved.item_id = item.id
    LEFT JOIN (SELECT item_id, sum(quantity) AS total FROM inventory_reservation WHERE status = 'open'
        GROUP BY item_id) AS held ON held.item_id = item.id
    WHERE item.on_hand <> coalesce(moved.total, 0) OR item.reserved <> coalesce(held.total, 0)
        OR item.reserved < 0 OR item.reserved > item.on_hand
"""


def stock_adds_up(books: Books) -> Iterator[Breach]:
    """On hand is the sum of the movements; reserved is the sum of the open reservations, and is covered."""
    for row in books.rows(PRODUCTS, _ITEMS):
        subject, shown = f"SKU {row['sku']}", str({name: str(value) for name, value in row.items()})
        if row["on_hand"] != row["moved"]:
            yield Breach(subject, "what is on hand is not the sum of its movements", shown)
        if row["reserved"] != row["held"]:
            yield Breach(subject, "what is reserved is not the sum of its open reservations", shown)
        if not 0 <= row["reserved"] <= row["on_hand"]:
            yield Breach(subject, "more is reserved than there is", shown)
