"""The two ends of the saga. Everything here works on a payment and its order, both locked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.contracts import Shortage
from common.events.outbox import publish
from order_svc.orders import events
from order_svc.orders.models import CancelReason, Order, OrderEvent
from order_svc.payments import selectors as payment_selectors
from order_svc.payments import services as payments

_SETTLED_FIELDS = ["status", "cancel_reason", "settled_at", "version", "updated_at"]

Name = OrderEvent.Name


@transaction.atomic
def reject_order(*, order_id: str, shortages: Iterable[Shortage], now: datetime) -> None:
    """Cancel an order that cannot be served, unless it is settled already or its stock was reserved after all."""
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    if payment.order.is_settled or not payment.is_pending:
        return
    lacking = "; ".join(f"{short.sku}: {short.wanted} wanted, {short.available} available" for short in shortages)
    note(payment.order, Name.STOCK_REJECTED, at=now, detail=lacking)
    cancel(payment, CancelReason.OUT_OF_STOCK, now=now)


@transaction.atomic
def expire_order(*, order_id: UUID, now: datetime) -> None:
    """Cancel an order that took too long. If its money was taken meanwhile, that will be learned and refunded."""
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    if not payment.order.is_settled:
        cancel(payment, CancelReason.EXPIRED, now=now)


def confirm(payment: payments.Payment, *, now: datetime) -> None:
    """The order is reserved and paid."""
    order = payment.order
    order.confirm(now=now)
    order.save(update_fields=_SETTLED_FIELDS)
    note(order, Name.CONFIRMED, at=now)
    publish(events.order_confirmed(order))


def cancel(payment: payments.Payment, reason: CancelReason, *, now: datetime) -> None:
    """The order will not be sent, and a payment that was not begun never will be."""
    order = payment.order
    if payment.is_pending:
        payments.void(payment=payment)
    order.cancel(reason=reason, now=now)
    order.save(update_fields=_SETTLED_FIELDS)
    note(order, Name.CANCELLED, at=now, detail=reason)
    publish(events.order_cancelled(order))


def note(order: Order, fact: OrderEvent.Name, *, at: datetime, detail: str = "") -> None:
    """Write it into the order's timeline."""
    OrderEvent.objects.create(order=order, at=at, fact=fact, detail=detail)
