"""Paying for an order: note that the provider is asked, ask it outside any transaction, note what it said.

Each step may be cut off and repeated. The provider is always asked under the payment's own id, so it charges once.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from order_svc.orders import selectors
from order_svc.orders.models import CancelReason, Order, OrderEvent
from order_svc.orders.services import noting, refunding, settling
from order_svc.payments import selectors as payment_selectors
from order_svc.payments import services as payments

Name = OrderEvent.Name
State = payments.ChargeState


def pay_order(*, order_id: UUID | str, now: datetime) -> None:
    """Take the money for an order that is placed and reserved, and confirm or cancel it. Does nothing if it is settled.

    An order past its time limit is not charged any more, but what was captured in time counts. Raises
    ProviderUnavailable: then it is not known whether the money was taken, until this is called again.
    """
    payment = _begin(order_id=order_id, now=now)
    if payment is None:
        return
    with noting.silence(order_id=order_id, at=now):
        charge = payments.void(payment=payment) if _is_overdue(payment.order, now) else _take(payment, now=now)
    conclude(order_id=order_id, charge=charge, now=now)


def learn_of_unwanted_charge(*, order_id: UUID | str, now: datetime) -> None:
    """Void the charge of an order that was cancelled while the provider was being asked for the money.

    The other process may still be asking: from now on the provider refuses it. Raises ProviderUnavailable.
    """
    payment = payment_selectors.unresolved_payment_of(order_id=order_id)
    if payment is None or not payment.order.is_settled:
        return
    with noting.silence(order_id=order_id, at=now):
        charge = payments.void(payment=payment)
    conclude(order_id=order_id, charge=charge, now=now)


def conclude(*, order_id: UUID | str, charge: payments.Charge, now: datetime) -> None:
    """Record what the provider decided, and settle the order accordingly. Money for a cancelled order is refunded."""
    with transaction.atomic():
        payment = payment_selectors.locked_payment_of(order_id=order_id)
        # Another process may have asked at the same time and recorded the same decision already.
        if not payment.is_news(captured=charge.state == State.CAPTURED):
            return
        payments.record(payment=payment, charge=charge)
        _settle(payment, charge, now=now)
    if payment.refund_due_since is not None:
        refunding.give_back(payment=payment, now=now)


@transaction.atomic
def _begin(*, order_id: UUID | str, now: datetime) -> payments.Payment | None:
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    if payment.order.is_settled:
        return None
    if payment.is_pending:
        settling.note(payment.order, Name.STOCK_RESERVED, at=now)
        if _is_overdue(payment.order, now):
            settling.cancel(payment, CancelReason.EXPIRED, now=now)
            return None
    payments.start(payment=payment, now=now)
    return payment


def _take(payment: payments.Payment, *, now: datetime) -> payments.Charge:
    """Authorise the money, and capture it if the order is still open. Otherwise void it: nothing was taken yet."""
    charge = payments.authorise(payment=payment)
    if charge.state != State.AUTHORISED:
        return charge
    if not selectors.is_open(order_id=payment.order_id):
        noting.note_hold(order_id=payment.order_id, charge=charge, at=now)
        return payments.void(payment=payment)
    try:
        return payments.capture(payment=payment, charge=charge)
    except payments.ProviderUnavailable:
        noting.note_hold(order_id=payment.order_id, charge=charge, at=now)
        raise


def _is_overdue(order: Order, now: datetime) -> bool:
    return order.placed_at + settings.ORDER_TIME_LIMIT <= now


def _settle(payment: payments.Payment, charge: payments.Charge, *, now: datetime) -> None:
    if payment.is_captured and not payment.order.is_settled:
        settling.confirm(payment, charge, now=now)
        return
    settling.note_charge(payment.order, charge, at=now)
    if payment.is_captured:
        payments.request_refund(payment=payment, now=now)
    elif not payment.order.is_settled:
        declined = charge.state == State.DECLINED
        settling.cancel(payment, CancelReason.PAYMENT_DECLINED if declined else CancelReason.EXPIRED, now=now)
