"""Reading orders."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from common.errors import InvalidInput, NotFound
from order_svc.orders import rules
from order_svc.orders.models import Order, OrderEvent, OrderLine, Status

# Written out, since each order that is paid leads here.
_IS_OPEN = "SELECT FROM orders_order WHERE id = %s AND status = %s"
_LINES = "SELECT * FROM orders_orderline WHERE order_id = %s ORDER BY position"


def orders_for(*, person: rules.Person) -> QuerySet[Order]:
    """The orders that somebody may see, with what they may see of them: their own, all as staff, as a seller also
    those that hold their lines, without the others' lines.
    """
    if person.is_staff:
        return _shown(OrderLine.objects.all())
    if rules.SELLER not in person.roles:
        return _shown(OrderLine.objects.all()).filter(_bought_by(person))
    bought = Order.objects.filter(_bought_by(person)).values("id")
    sold = OrderLine.objects.filter(_sold_by(person)).values("order_id")
    return _shown(_lines_for(person)).filter(id__in=bought.union(sold, all=True))


def narrowed(
    orders: QuerySet[Order],
    *,
    person: rules.Person,
    status: str | None = None,
    number: str | None = None,
    customer: UUID | None = None,
) -> QuerySet[Order]:
    """Those of the orders that are so. Raises InvalidInput: only staff know other customers than themselves."""
    if customer is not None and not rules.sees_all_of(person, customer_id=customer):
        raise InvalidInput(errors={"customer": ["Only staff may ask for the orders of somebody else."]})
    wanted = {"status": status, "number": number and number.upper(), "customer_id": customer}
    return orders.filter(**{field: value for field, value in wanted.items() if value is not None})


def order_for(*, person: rules.Person, order_id: UUID) -> Order:
    """An order with what somebody may see of it. Raises NotFound where that is nothing."""
    order = _shown(_lines_for(person)).filter(id=order_id).first()
    if order is None or not order.lines.all():
        raise NotFound
    return order


def known_ids(*, order_ids: Collection[UUID]) -> set[UUID]:
    """Those that are ids of orders."""
    return set(Order.objects.filter(id__in=order_ids).values_list("id", flat=True))


def is_partly_shipped(*, order_id: UUID) -> bool:
    """Whether any of it has left."""
    return OrderLine.objects.filter(order_id=order_id, shipped_at__isnull=False).exists()


def is_open(*, order_id: UUID) -> bool:
    """Whether it is still to be settled, by what is committed."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_OPEN, [order_id, Status.PLACED])
        return bool(cursor.rowcount)


def is_held(*, order_id: UUID) -> bool:
    """Whether anybody heard its provider say that the money is held, or was."""
    return OrderEvent.objects.filter(order_id=order_id, fact=OrderEvent.Name.PAYMENT_AUTHORISED).exists()


def lines_of(*, order_id: UUID) -> list[OrderLine]:
    """All lines of an order, in their order."""
    return list(OrderLine.objects.raw(_LINES, [order_id]))


def overdue(*, placed_before: datetime, is_being_paid: bool, limit: int) -> list[UUID]:
    """Orders that should have been settled by now, the oldest first; apart those whose provider was asked."""
    orders = Order.objects.filter(status=Status.PLACED, placed_at__lt=placed_before)
    orders = orders.filter(payment__processing_since__isnull=not is_being_paid)
    return list(orders.order_by("placed_at").values_list("id", flat=True)[:limit])


def _shown(lines: QuerySet[OrderLine]) -> QuerySet[Order]:
    return Order.objects.select_related("payment").prefetch_related(Prefetch("lines", lines), "events")


def _lines_for(person: rules.Person) -> QuerySet[OrderLine]:
    if person.is_staff:
        return OrderLine.objects.all()
    return OrderLine.objects.filter(Q(order__customer_id=person.id) | _sold_by(person))


def _bought_by(person: rules.Person) -> Q:
    return Q(customer_id=person.id)


def _sold_by(person: rules.Person) -> Q:
    return Q(seller_id=person.id)
