"""The invariants that hold across the six databases, the broker and the storage, and how they are proved."""

from __future__ import annotations

from ops.verify.facts import facts_arrived
from ops.verify.files import files_are_whole
from ops.verify.orders import (
    buyers_were_told_once,
    cancelled_orders_hold_nothing,
    no_order_stays_open,
    sold_orders_are_paid_and_deducted_once,
)
from ops.verify.proof import Invariant
from ops.verify.reviews import ratings_add_up
from ops.verify.stock import stock_adds_up

INVARIANTS: dict[str, Invariant] = {
    "1 The stock of each SKU adds up": stock_adds_up,
    "2 Sold orders are paid once and deducted once": sold_orders_are_paid_and_deducted_once,
    "3 Cancelled orders hold nothing": cancelled_orders_hold_nothing,
    "4 No order stays open beyond its time": no_order_stays_open,
    "5 Every fact arrived, or waits for a person": facts_arrived,
    "6 Each buyer was told once": buyers_were_told_once,
    "7 Every file is whole, and nothing else is stored": files_are_whole,
    "8 Each product is rated as its reviews rate it": ratings_add_up,
}
