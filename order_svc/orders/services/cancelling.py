"""Cancelling an order, as long as no part of it was shipped."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.person import Person
from order_svc.orders import rules, selectors
from order_svc.orders.models import CancelReason, Order
from order_svc.orders.services import settling
from order_svc.payments import selectors as payment_selectors


@transaction.atomic
def cancel_order(*, person: Person, order_id: UUID, now: datetime) -> Order:
    """Cancel an order for its customer, or as staff. The payment is refunded, and the stock returns.

    Raises NotFound, Forbidden and NotCancellable, the last also for an order that is cancelled already.
    """
    order = selectors.order_for(person=person, order_id=order_id)
    rules.require_owner(person, customer_id=order.customer_id)
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    rules.require_cancellable(payment.order.status, is_partly_shipped=selectors.is_partly_shipped(order_id=order_id))
    is_by_shop = person.id != order.customer_id
    settling.cancel(payment, CancelReason.CUSTOMER, now=now, is_by_shop=is_by_shop)
    return selectors.order_for(person=person, order_id=order_id)
