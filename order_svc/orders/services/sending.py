"""Shipping an order, each seller their own lines, and its delivery."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.events.outbox import publish
from common.person import Person
from order_svc.orders import events, rules, selectors
from order_svc.orders.models import Order, OrderEvent, OrderLine
from order_svc.orders.services import settling
from order_svc.payments import selectors as payment_selectors

_MOVED_FIELDS = ["status", "version", "updated_at"]

Name = OrderEvent.Name


@transaction.atomic
def ship_order(*, person: Person, order_id: UUID, tracking: str, now: datetime, is_even_unpaid: bool = False) -> Order:
    """Record that a seller has shipped their lines, or staff all remaining ones. The last line makes the order shipped.

    An order whose money was given back by hand is not shipped unless the caller knows so (``is_even_unpaid``). Raises
    NotFound, Forbidden and NotShippable, also if there is nothing left to ship.
    """
    selectors.order_for(person=person, order_id=order_id)
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    order = payment.order
    lines = list(order.lines.all())
    left = [line for line in lines if line.shipped_at is None]
    parcel = [line for line in left if rules.may_ship(person, seller_id=line.seller_id)]
    rules.require_seller(person, seller_ids=[line.seller_id for line in lines])
    is_paid = payment.is_captured or is_even_unpaid
    rules.require_shippable(order.status, is_anything_left=bool(parcel), is_paid=is_paid)
    OrderLine.objects.filter(id__in=[line.id for line in parcel]).update(shipped_at=now, tracking=tracking)
    order.ship(is_complete=parcel == left)
    order.save(update_fields=_MOVED_FIELDS)
    settling.note(order, Name.SHIPPED, at=now, detail=tracking)
    publish(events.order_shipped(order, parcel, tracking=tracking))
    return selectors.order_for(person=person, order_id=order_id)


@transaction.atomic
def deliver_order(*, person: Person, order_id: UUID, now: datetime) -> Order:
    """Note that an order has arrived, as its customer or staff say. Raises NotFound, Forbidden and NotDeliverable."""
    order = selectors.order_for(person=person, order_id=order_id)
    rules.require_owner(person, customer_id=order.customer_id)
    order = payment_selectors.locked_payment_of(order_id=order_id).order
    rules.require_deliverable(order.status)
    order.deliver()
    order.save(update_fields=_MOVED_FIELDS)
    settling.note(order, Name.DELIVERED, at=now)
    publish(events.order_delivered(order))
    return selectors.order_for(person=person, order_id=order_id)
