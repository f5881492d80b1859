"""Paying for an order: note that the provider is asked, ask it outside any transaction, note what it said.

Each step may be cut off and repeated. The provider is always asked under the payment's own id, so it charges once.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from order_svc.orders.models import CancelReason, OrderEvent
from order_svc.orders.services import settling
from order_svc.payments import selectors as payment_selectors
from order_svc.payments import services as payments

Name = OrderEvent.Name


def pay_order(*, order_id: UUID | str, now: datetime) -> None:
    """Take the money for an order that is placed and reserved, and confirm or cancel it. A settled one stays as it is.

    Raises ProviderUnavailable: whether the money was taken is not known until this is called again.
    """
    payment = _begin(order_id=order_id, now=now)
    if payment is None:
        return
    charge = payments.charge(payment=payment)
    _conclude(order_id=order_id, charge=charge, now=now)


def learn_of_unwanted_charge(*, order_id: UUID | str, now: datetime) -> None:
    """Find out whether the money was taken for an order that was cancelled meanwhile, and give it back if so.

    Call it only when whoever asked the provider must have had an answer by now. Raises ProviderUnavailable.
    """
    payment = payment_selectors.unresolved_payment_of(order_id=order_id)
    if payment is None:
        return
    charge = payments.look_up(payment=payment)
    if charge is None:
        _give_up(order_id=order_id)
    else:
        _conclude(order_id=order_id, charge=charge, now=now)


def give_back(*, payment: payments.Payment, now: datetime) -> None:
    """Refund a payment, once however often this is called. Raises ProviderUnavailable."""
    payments.refund(payment=payment)
    with transaction.atomic():
        payment = payment_selectors.locked_payment_of(order_id=payment.order_id)
        if payment.is_captured:
            payments.record_refund(payment=payment)
            settling.note(payment.order, Name.PAYMENT_REFUNDED, at=now)


@transaction.atomic
def _begin(*, order_id: UUID | str, now: datetime) -> payments.Payment | None:
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    if payment.order.is_settled:
        return None
    if payment.is_pending:
        settling.note(payment.order, Name.STOCK_RESERVED, at=now)
    payments.start(payment=payment, now=now)
    return payment


def _conclude(*, order_id: UUID | str, charge: payments.Charge, now: datetime) -> None:
    with transaction.atomic():
        payment = payment_selectors.locked_payment_of(order_id=order_id)
        # Somebody else may have asked at the same time and been told the same, sooner.
        if payment.is_answered:
            return
        payments.record(payment=payment, charge=charge)
        _note_charge(payment, charge, now=now)
        _settle(payment, charge, now=now)
    if payment.refund_due_since is not None:
        give_back(payment=payment, now=now)


def _settle(payment: payments.Payment, charge: payments.Charge, *, now: datetime) -> None:
    if not payment.order.is_settled:
        if charge.is_declined:
            settling.cancel(payment, CancelReason.PAYMENT_DECLINED, now=now)
        else:
            settling.confirm(payment, now=now)
    elif not charge.is_declined:
        payments.request_refund(payment=payment, now=now)


def _note_charge(payment: payments.Payment, charge: payments.Charge, *, now: datetime) -> None:
    fact = Name.PAYMENT_DECLINED if charge.is_declined else Name.PAYMENT_CAPTURED
    settling.note(payment.order, fact, at=now, detail=charge.failure_code)


@transaction.atomic
def _give_up(*, order_id: UUID | str) -> None:
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    if payment.order.is_settled and payment.is_processing:
        payments.void(payment=payment)
