"""Giving money back: outside any transaction, and again until the provider took it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.events.outbox import publish
from order_svc.orders import events
from order_svc.orders.models import OrderEvent
from order_svc.orders.services import noting, settling
from order_svc.payments import selectors as payment_selectors
from order_svc.payments import services as payments

Name = OrderEvent.Name


def refund_order(*, order_id: UUID | str, now: datetime) -> None:
    """Give back what was paid for a cancelled order, unless that was done. Raises ProviderUnavailable."""
    payment = payment_selectors.payment_to_refund(order_id=order_id)
    if payment is not None:
        give_back(payment=payment, now=now)


def give_back(*, payment: payments.Payment, now: datetime) -> None:
    """Refund a payment, once however often this is called, and tell. Raises ProviderUnavailable."""
    with noting.silence(order_id=payment.order_id, at=now):
        payments.refund(payment=payment)
    record_refund(order_id=payment.order_id, now=now)


@transaction.atomic
def record_refund(*, order_id: UUID, now: datetime) -> None:
    """Note that the money of a cancelled order went back, and tell its customer; once."""
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    if payment.refund_due_since is None:
        return
    order = payment.order
    payments.record_refund(payment=payment)
    order.version += 1
    order.save(update_fields=["version", "updated_at"])
    settling.note(order, Name.PAYMENT_REFUNDED, Name.REFUNDED, at=now, detail=str(payment.amount))
    publish(events.order_refunded(order, payment.amount))
