"""Reading orders."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Prefetch, Q, QuerySet

from common.errors import InvalidInput, NotFound
from common.person import Person
from order_svc.orders import rules
from order_svc.orders.models import Order, OrderEvent, OrderLine, Status

# Raw SQL, since every payment runs these.
_IS_OPEN = "SELECT FROM orders_order WHERE id = %s AND status = %s"
_LINES = "SELECT * FROM orders_orderline WHERE order_id = %s ORDER BY position"


class NewestOfEitherKind:
    """Several querysets of orders as one list, the newest first, each of them read by an index of its own.

    It is filtered, ordered and sliced like a queryset; no more rows are read of each than the slice needs.
    """

    def __init__(self, shown: QuerySet[Order], *kinds: QuerySet[Order]) -> None:
        self._shown = shown
        self._kinds = kinds

    def filter(self, *conditions: Any, **wanted: Any) -> NewestOfEitherKind:
        """Those of each kind."""
        return NewestOfEitherKind(self._shown, *(kind.filter(*conditions, **wanted) for kind in self._kinds))

    def order_by(self, *names: str) -> NewestOfEitherKind:
        """Each kind alike, and all of it."""
        return NewestOfEitherKind(self._shown.order_by(*names), *(kind.order_by(*names) for kind in self._kinds))

    def all(self) -> QuerySet[Order]:
        """Something to ask for the types of its fields."""
        return self._shown.all()

    def __getitem__(self, cut: slice) -> QuerySet[Order]:
        first, *others = [kind.values("id")[cut] for kind in self._kinds]
        return self._shown.filter(id__in=first.union(*others, all=True))[cut]


def orders_for(*, person: Person) -> QuerySet[Order] | NewestOfEitherKind:
    """The orders that somebody may see: their own; for staff all; for a seller also those with lines of theirs, without
    the lines of other sellers.
    """
    if person.is_staff:
        return _shown(OrderLine.objects.all())
    if rules.SELLER not in person.roles:
        return _shown(OrderLine.objects.all()).filter(_bought_by(person))
    bought = _dated(Order.objects.filter(_bought_by(person)))
    sold = Order.objects.filter(Q(lines__seller_id=person.id))
    # Found by what the lines know of it: the orders themselves would have to be read one by one.
    sold = sold.annotate(
        ordered_at=F("lines__ordered_at"), order_id=F("lines__order_id"), has_come_to=F("lines__order_status")
    )
    # Several lines of one order are one.
    sold = sold.distinct("lines__ordered_at", "lines__order_id")
    return NewestOfEitherKind(_shown(_lines_for(person)), bought, sold)


def narrowed(
    orders: QuerySet[Order] | NewestOfEitherKind,
    *,
    person: Person,
    status: str | None = None,
    number: str | None = None,
    customer: UUID | None = None,
) -> QuerySet[Order] | NewestOfEitherKind:
    """The orders that match all of these. Raises InvalidInput if anybody but staff names another customer."""
    if customer is not None and not rules.sees_all_of(person, customer_id=customer):
        raise InvalidInput(errors={"customer": ["Only staff may ask for the orders of somebody else."]})
    wanted = {"has_come_to": status, "number": number and number.upper(), "customer_id": customer}
    return orders.filter(**{field: value for field, value in wanted.items() if value is not None})


def order_for(*, person: Person, order_id: UUID) -> Order:
    """An order with what somebody may see of it. Raises NotFound where that is nothing."""
    order = _shown(_lines_for(person)).filter(id=order_id).first()
    if order is None or not order.lines.all():
        raise NotFound
    return order


def known_ids(*, order_ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that belong to orders."""
    return set(Order.objects.filter(id__in=order_ids).values_list("id", flat=True))


def is_partly_shipped(*, order_id: UUID) -> bool:
    """Whether any of it has left."""
    return OrderLine.objects.filter(order_id=order_id, shipped_at__isnull=False).exists()


def is_open(*, order_id: UUID) -> bool:
    """Whether the order is still to be settled, as far as committed."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_OPEN, [order_id, Status.PLACED])
        return bool(cursor.rowcount)


def is_held(*, order_id: UUID) -> bool:
    """Whether anybody heard its provider say that the money is held, or was."""
    return OrderEvent.objects.filter(order_id=order_id, fact=OrderEvent.Name.PAYMENT_AUTHORISED).exists()


def is_refund_awaited(*, order_id: UUID) -> bool:
    """Whether the provider said last that the refund waits for something."""
    said = (OrderEvent.Name.PAYMENT_REFUND_PENDING, OrderEvent.Name.PAYMENT_REFUND_FAILED)
    last = OrderEvent.objects.filter(order_id=order_id, fact__in=said).last()
    return last is not None and last.fact == OrderEvent.Name.PAYMENT_REFUND_PENDING


def lines_of(*, order_id: UUID) -> list[OrderLine]:
    """All lines of an order, in their order."""
    return list(OrderLine.objects.raw(_LINES, [order_id]))


def overdue(*, placed_before: datetime, is_being_paid: bool, limit: int) -> list[UUID]:
    """Orders that should have been settled by now, the oldest first; apart those whose provider was asked."""
    orders = Order.objects.filter(status=Status.PLACED, placed_at__lt=placed_before)
    orders = orders.filter(payment__processing_since__isnull=not is_being_paid)
    return list(orders.order_by("placed_at").values_list("id", flat=True)[:limit])


def _shown(lines: QuerySet[OrderLine]) -> QuerySet[Order]:
    return _dated(Order.objects.select_related("payment").prefetch_related(Prefetch("lines", lines), "events"))


def _dated(orders: QuerySet[Order]) -> QuerySet[Order]:
    """With the names by which lists order and filter, the same for orders as for their lines."""
    return orders.annotate(ordered_at=F("created_at"), order_id=F("id"), has_come_to=F("status"))


def _lines_for(person: Person) -> QuerySet[OrderLine]:
    if person.is_staff:
        return OrderLine.objects.all()
    return OrderLine.objects.filter(Q(order__customer_id=person.id) | _sold_by(person))


def _bought_by(person: Person) -> Q:
    return Q(customer_id=person.id)


def _sold_by(person: Person) -> Q:
    return Q(seller_id=person.id)
