"""What an order's facts do to stock, whichever comes first and however often.

Each function locks the order's row first and decides by the stage it finds there. Then it locks the stock in the order
of the SKUs, so that two orders cannot deadlock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from common.contracts import OrderLine
from common.events.outbox import publish
from product_svc.answers.services import ToTell
from product_svc.inventory import errors, events, rules, selectors
from product_svc.inventory.models import Kind, OrderStock, Reservation, Stage, StockItem
from product_svc.inventory.services.availability import follow_order

_LOCK_ORDER = """
    INSERT INTO inventory_orderstock AS known (order_id, stage) VALUES (%s, %s)
    ON CONFLICT (order_id) DO UPDATE SET stage = known.stage RETURNING *
"""
# Raw SQL, one statement each, since every order runs two of them: building or sending several took longer than that.
_SAVE_STOCK = """
    UPDATE inventory_stockitem AS item SET on_hand = now.on_hand, reserved = now.reserved, version = now.version
    FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[]) AS now (id, on_hand, reserved, version)
    WHERE item.id = now.id
"""
_PUT_ASIDE = f"""
    WITH saved AS ({_SAVE_STOCK}), reached AS (UPDATE inventory_orderstock SET stage = %s WHERE order_id = %s)
    INSERT INTO inventory_reservation (order_id, item_id, quantity, status, created_at)
    SELECT %s, item_id, quantity, %s, %s FROM unnest(%s::uuid[], %s::bigint[]) AS wanted (item_id, quantity)
"""  # noqa: S608 - our own words
_SETTLE = f"""
    WITH saved AS ({_SAVE_STOCK}), reached AS (UPDATE inventory_orderstock SET stage = %s WHERE order_id = %s),
        settled AS (UPDATE inventory_reservation SET status = %s WHERE order_id = %s)
    INSERT INTO inventory_stockmovement (item_id, delta, kind, reason, order_id, created_at)
    SELECT item_id, delta, %s, '', %s, %s FROM unnest(%s::uuid[], %s::bigint[]) AS moved (item_id, delta)
"""  # noqa: S608 - our own words
_ENDS = {
    Stage.SOLD: (Reservation.Status.CONSUMED, Kind.SOLD),
    Stage.RELEASED: (Reservation.Status.RELEASED, Kind.RETURNED),
}

Moved = Sequence[tuple[StockItem, int]]
"""By how much stock on hand has changed: the lines of the ledger."""


@transaction.atomic(savepoint=False)
def reserve_stock(*, order_id: UUID, lines: Iterable[OrderLine], now: datetime) -> None:
    """Reserve all lines of an order or none, and tell which. Does nothing if the order was cancelled meanwhile."""
    order = _lock_order(order_id)
    if order.stage != Stage.NEW:
        return
    wanted = rules.wanted_by(lines)
    items = {item.sku: item for item in selectors.stock_to_change(skus=wanted)}
    missing = rules.shortages(wanted, {sku: item.available for sku, item in items.items()})
    if missing:
        _reach(order, Stage.REJECTED)
        publish(events.stock_rejected(order_id, missing))
        return
    to_tell = _put_aside(order, wanted, items, now)
    publish(events.stock_reserved(order_id), *to_tell)


@transaction.atomic(savepoint=False)
def sell_stock(*, order_id: UUID, now: datetime) -> None:
    """Deduct what is reserved for an order from the stock, once.

    Raises NothingReserved if ``order_placed`` has not been handled yet: this fact came too early, and will be retried.
    """
    order = _lock_order(order_id)
    if order.stage in {Stage.SOLD, Stage.RELEASED}:
        return
    if order.stage != Stage.RESERVED:
        raise errors.NothingReserved(f"order {order_id} is {order.stage}")
    items = list(selectors.stock_put_aside(order_id=order_id))
    for item in items:
        item.sell(item.put_aside)
    moved = [(item, -item.put_aside) for item in items]
    to_tell = _settle(order, Stage.SOLD, items, moved, now)
    _tell(order, moved, to_tell)


@transaction.atomic(savepoint=False)
def release_stock(*, order_id: UUID, now: datetime) -> None:
    """Return whatever a cancelled order holds: nothing yet, its reservations, or stock that was deducted already."""
    order = _lock_order(order_id)
    if order.stage in {Stage.RELEASED, Stage.REJECTED}:
        return
    if order.stage == Stage.NEW:
        _reach(order, Stage.RELEASED)
        return
    items = list(selectors.stock_put_aside(order_id=order_id))
    moved: Moved = ()
    if order.stage == Stage.RESERVED:
        for item in items:
            item.release(item.put_aside)
    else:
        for item in items:
            item.move(item.put_aside)
        moved = [(item, item.put_aside) for item in items]
    to_tell = _settle(order, Stage.RELEASED, items, moved, now)
    _tell(order, moved, to_tell)


def _lock_order(order_id: UUID) -> OrderStock:
    """The order's row, locked, and created if need be. The handler of another fact of this order waits here."""
    order: OrderStock = OrderStock.objects.raw(_LOCK_ORDER, [order_id, Stage.NEW])[0]
    return order


def _put_aside(order: OrderStock, wanted: Mapping[str, int], items: Mapping[str, StockItem], now: datetime) -> ToTell:
    for sku, quantity in wanted.items():
        items[sku].reserve(quantity)
    reached = [Stage.RESERVED, order.order_id]
    ids = [items[sku].id for sku in wanted]
    reservations = [order.order_id, Reservation.Status.OPEN, now, ids, list(wanted.values())]
    _execute(_PUT_ASIDE, *_saved(items.values()), *reached, *reservations)
    return follow_order(items.values())


def _settle(order: OrderStock, stage: Stage, items: Collection[StockItem], moved: Moved, now: datetime) -> ToTell:
    """Save the end of the reservations, the stock, and the movements in the ledger."""
    status, kind = _ENDS[stage]
    reached = [stage, order.order_id, status, order.order_id]
    lines = [kind, order.order_id, now, [item.id for item, _ in moved], [delta for _, delta in moved]]
    _execute(_SETTLE, *_saved(items), *reached, *lines)
    return follow_order(items)


def _saved(items: Collection[StockItem]) -> list[list[Any]]:
    return [[getattr(item, name) for item in items] for name in ("id", "on_hand", "reserved", "version")]


def _tell(order: OrderStock, moved: Moved, to_tell: ToTell) -> None:
    """Tell the new stock of what moved, what has run low, and ``to_tell``."""
    publish(
        *(events.stock_changed(item, order_id=order.order_id, delta=delta) for item, delta in moved),
        *(events.stock_low(item) for item, _ in moved if item.has_run_low),
        *to_tell,
    )


def _reach(order: OrderStock, stage: Stage) -> None:
    order.stage = stage
    order.save(update_fields=["stage"])


def _execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
