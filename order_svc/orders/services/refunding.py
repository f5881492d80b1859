"""Refunds: asked for outside any transaction, and repeated until the provider has accepted them."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.events.outbox import publish
from common.money import Money
from order_svc.orders import errors, events, rules, selectors
from order_svc.orders.models import CancelReason, Order, OrderEvent, Status
from order_svc.orders.services import noting, settling
from order_svc.payments import selectors as payment_selectors
from order_svc.payments import services as payments

logger = logging.getLogger(__name__)

Name = OrderEvent.Name
State = payments.ChargeState


def refund_order(*, order_id: UUID | str, now: datetime) -> None:
    """Give back what was paid for a cancelled order, unless that was done. Raises ProviderUnavailable."""
    payment = payment_selectors.payment_to_refund(order_id=order_id)
    if payment is not None:
        give_back(payment=payment, now=now)


def give_back(*, payment: payments.Payment, now: datetime) -> None:
    """Refund a payment, once however often this is called, and tell. Raises ProviderUnavailable."""
    with noting.silence(order_id=payment.order_id, at=now):
        charge = payments.refund(payment=payment)
    follow_refund(order_id=payment.order_id, charge=charge, now=now)


@transaction.atomic
def follow_refund(*, order_id: UUID, charge: payments.Charge, now: datetime, known_at: datetime | None = None) -> bool:
    """Record that an order was refunded and tell its customer, once; or note that the refund is still pending.

    If we never asked for the refund, somebody made it at the provider: the order is cancelled, unless part of it was
    shipped.

    Returns False if the payment changed since ``known_at``: the provider's answer may be older, so ask again.
    """
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    if not payment.is_captured:
        return True
    if known_at is not None and payment.updated_at != known_at:
        return False
    if payment.refund_due_since is None:
        if not _is_cancellable(payment.order):
            _note_loss(payment, now=now)
            return True
        settling.cancel(payment, CancelReason.CUSTOMER, now=now, is_by_shop=True)
    if charge.state != State.REFUNDING:
        _record(payment, now=now)
    elif not selectors.is_refund_awaited(order_id=order_id):
        settling.note(payment.order, Name.PAYMENT_REFUND_PENDING, at=now, detail=str(payment.amount))
    return True


@transaction.atomic
def follow_what_is_kept(*, payment: payments.Payment, charge: payments.Charge, now: datetime) -> bool:
    """The provider says that the money is captured: note a refund that failed, or a part refunded there by hand.

    Returns False if the payment changed since the provider was asked: its answer may be older, so ask again.
    """
    known_at = payment.updated_at
    payment = payment_selectors.locked_payment_of(order_id=payment.order_id)
    if payment.updated_at != known_at:
        return False
    is_awaited = payment.refund_due_since is not None and selectors.is_refund_awaited(order_id=payment.order_id)
    if payment.is_refunded or is_awaited:
        _note_failed_refund(payment, now=now)
    if charge.given_back_minor != payment.given_back_minor:
        _note_part(payment, charge, now=now)
    return True


def _note_failed_refund(payment: payments.Payment, *, now: datetime) -> None:
    """The money is back with us; for a cancelled order the refund is tried again."""
    order = payment.order
    logger.error(
        "the refund of order %s failed, %s are back at %s: it is tried again; should it fail again, ask the customer"
        " for another way to pay them back",
        *(order.number, payment.amount, payment.provider),
    )
    payments.record_failed_refund(payment=payment)
    settling.note(order, Name.PAYMENT_REFUND_FAILED, at=now, detail=str(payment.amount))
    if order.status == Status.CANCELLED:
        payments.request_refund(payment=payment, now=now)


def _note_part(payment: payments.Payment, charge: payments.Charge, *, now: datetime) -> None:
    """The order goes on: what somebody agreed on with its customer is not ours to know."""
    order, part = payment.order, Money(charge.given_back_minor, payment.currency)
    logger.warning(
        "%s of the %s of order %s were given back at %s by hand", part, payment.amount, order.number, payment.provider
    )
    payments.record_part(payment=payment, given_back_minor=part.minor)
    detail = f"{part} of {payment.amount}, by hand at {payment.provider}"
    settling.note(order, Name.PAYMENT_PARTLY_REFUNDED, at=now, detail=detail)


def _is_cancellable(order: Order) -> bool:
    try:
        rules.require_cancellable(order.status, is_partly_shipped=selectors.is_partly_shipped(order_id=order.id))
    except errors.NotCancellable:
        return False
    return True


def _note_loss(payment: payments.Payment, *, now: datetime) -> None:
    """The order, or part of it, was shipped, and then its money was given back by hand: it counts as unpaid from now
    on, and its other lines are not sent.
    """
    order = payment.order
    logger.error(
        "order %s left, or a part of it, and its %s were given back at %s by hand: sellers are told to send no more of"
        " it; ask its customer to pay again, or write it off",
        *(order.number, payment.amount, payment.provider),
    )
    payments.record_loss(payment=payment)
    settling.note(order, Name.PAYMENT_REFUNDED, at=now, detail=f"{payment.amount}, by hand at {payment.provider}")


def _record(payment: payments.Payment, *, now: datetime) -> None:
    order = payment.order
    payments.record_refund(payment=payment)
    order.version += 1
    order.save(update_fields=["version", "updated_at"])
    settling.note(order, Name.PAYMENT_REFUNDED, Name.REFUNDED, at=now, detail=str(payment.amount))
    publish(events.order_refunded(order, payment.amount))
