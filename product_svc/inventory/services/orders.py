"""What an order's facts do to stock, whichever comes first and however often.

Each begins by locking the order's row and is judged by the stage it meets there; then the stock is locked in the order
of its SKUs, so that no two orders wait for each other.
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
from product_svc.inventory.models import Kind, OrderStock, Reservation, Stage, StockItem, StockMovement
from product_svc.inventory.services.availability import follow_stock

_LOCK_ORDER = """
    INSERT INTO inventory_orderstock AS known (order_id, stage) VALUES (%s, %s)
    ON CONFLICT (order_id) DO UPDATE SET stage = known.stage RETURNING *
"""
# Each order leads here twice, and composing these anew takes longer than they take themselves.
_PUT_ASIDE = """
    WITH reached AS (UPDATE inventory_orderstock SET stage = %s WHERE order_id = %s)
    INSERT INTO inventory_reservation (order_id, item_id, quantity, status, created_at)
    SELECT %s, item_id, quantity, %s, %s FROM unnest(%s::uuid[], %s::bigint[]) AS wanted (item_id, quantity)
"""
_SAVE_STOCK = """
    UPDATE inventory_stockitem AS item SET on_hand = now.on_hand, reserved = now.reserved, version = now.version
    FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[]) AS now (id, on_hand, reserved, version)
    WHERE item.id = now.id
"""
_SETTLE = """
    WITH settled AS (UPDATE inventory_reservation SET status = %s WHERE order_id = %s)
    UPDATE inventory_orderstock SET stage = %s WHERE order_id = %s
"""


@transaction.atomic(savepoint=False)
def reserve_stock(*, order_id: UUID, lines: Iterable[OrderLine], now: datetime) -> None:
    """Put all lines of an order aside, or none, and tell which. Not for an order that was cancelled meanwhile."""
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
    """Take out what is put aside for an order, once.

    Raises NothingReserved when the order's placing has not been heard yet: this fact came too early.
    """
    order = _lock_order(order_id)
    if order.stage in {Stage.SOLD, Stage.RELEASED}:
        return
    if order.stage != Stage.RESERVED:
        raise errors.NothingReserved(f"order {order_id} is {order.stage}")
    reservations = _lock_reserved(order)
    for reservation in reservations:
        reservation.item.sell(reservation.quantity)
    to_tell = _save_stock([reservation.item for reservation in reservations])
    _record(order, reservations, Kind.SOLD, now, to_tell)
    _settle(order, Stage.SOLD, Reservation.Status.CONSUMED)


@transaction.atomic(savepoint=False)
def release_stock(*, order_id: UUID, now: datetime) -> None:
    """Give back whatever a cancelled order held: nothing yet, its reservations, or goods that were sold already."""
    order = _lock_order(order_id)
    if order.stage in {Stage.RELEASED, Stage.REJECTED}:
        return
    if order.stage == Stage.NEW:
        _reach(order, Stage.RELEASED)
        return
    reservations = _lock_reserved(order)
    if order.stage == Stage.RESERVED:
        for reservation in reservations:
            reservation.item.release(reservation.quantity)
        publish(*_save_stock([reservation.item for reservation in reservations]))
    else:
        for reservation in reservations:
            reservation.item.move(reservation.quantity)
        to_tell = _save_stock([reservation.item for reservation in reservations])
        _record(order, reservations, Kind.RETURNED, now, to_tell)
    _settle(order, Stage.RELEASED, Reservation.Status.RELEASED)


def _lock_order(order_id: UUID) -> OrderStock:
    """The order's row, new if need be. Whoever handles another fact of the same order waits here."""
    order: OrderStock = OrderStock.objects.raw(_LOCK_ORDER, [order_id, Stage.NEW])[0]
    return order


def _lock_reserved(order: OrderStock) -> Sequence[Reservation]:
    """What was put aside for the order, with its stock locked."""
    reservations = order.reservations.select_related("item").select_for_update(of=("item",))
    told = selectors.of_its_product("item__product")
    found = list(reservations.annotate(**told).order_by("item__sku"))
    for reservation in found:
        for name in told:
            setattr(reservation.item, name, getattr(reservation, name))
    return found


def _put_aside(order: OrderStock, wanted: Mapping[str, int], items: Mapping[str, StockItem], now: datetime) -> ToTell:
    for sku, quantity in wanted.items():
        items[sku].reserve(quantity)
    to_tell = _save_stock(items.values())
    ids = [items[sku].id for sku in wanted]
    reservations = [order.order_id, Reservation.Status.OPEN, now, ids, list(wanted.values())]
    _execute(_PUT_ASIDE, Stage.RESERVED, order.order_id, *reservations)
    return to_tell


def _save_stock(items: Collection[StockItem]) -> ToTell:
    columns = ([getattr(item, name) for item in items] for name in ("id", "on_hand", "reserved", "version"))
    _execute(_SAVE_STOCK, *columns)
    return follow_stock(items)


def _record(order: OrderStock, reservations: Iterable[Reservation], kind: Kind, now: datetime, to_tell: ToTell) -> None:
    """Write into the ledger what left or came back, and tell how much there is now, with whatever else is to tell."""
    sign = -1 if kind == Kind.SOLD else 1
    StockMovement.objects.bulk_create(
        StockMovement(
            item=reservation.item,
            delta=sign * reservation.quantity,
            kind=kind,
            order_id=order.order_id,
            created_at=now,
        )
        for reservation in reservations
    )
    publish(
        *(
            events.stock_changed(reservation.item, order_id=order.order_id, delta=sign * reservation.quantity)
            for reservation in reservations
        ),
        *(events.stock_low(reservation.item) for reservation in reservations if reservation.item.has_run_low),
        *to_tell,
    )


def _settle(order: OrderStock, stage: Stage, status: Reservation.Status) -> None:
    _execute(_SETTLE, status, order.order_id, stage, order.order_id)


def _reach(order: OrderStock, stage: Stage) -> None:
    order.stage = stage
    order.save(update_fields=["stage"])


def _execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
