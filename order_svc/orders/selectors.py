"""Reading orders."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from common.errors import NotFound
from order_svc.orders.models import Order, Status


def orders_of(*, customer_id: UUID) -> QuerySet[Order]:
    """A customer's orders with all that is shown of them."""
    return _shown().filter(customer_id=customer_id)


def order_for(*, viewer_id: UUID, is_staff: bool, order_id: UUID) -> Order:
    """An order for its customer or for staff. Raises NotFound for everybody else."""
    visible = _shown() if is_staff else orders_of(customer_id=viewer_id)
    order = visible.filter(id=order_id).first()
    if order is None:
        raise NotFound
    return order


def is_open(*, order_id: UUID) -> bool:
    """Whether it is still to be settled, by what is committed."""
    return Order.objects.filter(id=order_id, status=Status.PLACED).exists()


def overdue(*, placed_before: datetime, is_being_paid: bool, limit: int) -> list[UUID]:
    """Orders that should have been settled by now, the oldest first; apart those whose provider was asked."""
    orders = Order.objects.filter(status=Status.PLACED, placed_at__lt=placed_before)
    orders = orders.filter(payment__processing_since__isnull=not is_being_paid)
    return list(orders.order_by("placed_at").values_list("id", flat=True)[:limit])


def _shown() -> QuerySet[Order]:
    return Order.objects.select_related("payment").prefetch_related("lines", "events")
