"""The two ends of the saga: confirmed or cancelled. The caller holds the lock of the payment and its order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from common.contracts import Shortage
from common.events.outbox import publish
from order_svc.orders import events, selectors
from order_svc.orders.models import CancelReason, Order, OrderEvent
from order_svc.orders.services import timeline
from order_svc.payments import selectors as payment_selectors
from order_svc.payments import services as payments

_SETTLE = f"""
    WITH settled AS (
        UPDATE orders_order SET status = %s, cancel_reason = %s, settled_at = %s, version = %s, updated_at = %s
        WHERE id = %s
    ) {timeline.WRITE}
"""  # noqa: S608 - our own words

Noted = Sequence[tuple[OrderEvent.Name, str]]

Name = OrderEvent.Name

_PERHAPS_NOT_HELD = "(whether any money was held is not known)"

_NOTED_AS = {
    payments.ChargeState.CAPTURED: (Name.PAYMENT_AUTHORISED, Name.PAYMENT_CAPTURED),
    payments.ChargeState.DECLINED: (Name.PAYMENT_DECLINED,),
    payments.ChargeState.VOIDED: (Name.PAYMENT_VOIDED,),
    payments.ChargeState.REFUNDING: (Name.PAYMENT_REFUND_PENDING,),
    payments.ChargeState.REFUNDED: (Name.PAYMENT_REFUNDED,),
}


@transaction.atomic
def reject_order(*, order_id: str, shortages: Iterable[Shortage], now: datetime) -> None:
    """Cancel an order whose stock was rejected, unless it is settled already or its stock was reserved after all."""
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    if payment.order.is_settled or not payment.is_pending:
        return
    lacking = "; ".join(f"{short.sku}: {short.wanted} wanted, {short.available} available" for short in shortages)
    note(payment.order, Name.STOCK_REJECTED, at=now, detail=lacking)
    cancel(payment, CancelReason.OUT_OF_STOCK, now=now)


@transaction.atomic
def expire_order(*, order_id: UUID, now: datetime) -> None:
    """Cancel an order that took too long. If its money is taken meanwhile, a sweeper will find that and refund it."""
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    if not payment.order.is_settled:
        cancel(payment, CancelReason.EXPIRED, now=now)


def confirm(payment: payments.Payment, charge: payments.Charge, *, now: datetime) -> None:
    """Confirm the order: its stock is reserved, and this charge paid for it."""
    order = payment.order
    order.confirm(now=now)
    _settle(order, [*_said_of(order, charge), (Name.CONFIRMED, "")], at=now)
    publish(events.order_confirmed(order, selectors.lines_of(order_id=order.id)))


def cancel(payment: payments.Payment, reason: CancelReason, *, now: datetime, is_by_shop: bool = False) -> None:
    """Cancel the order. A payment that was not begun is withdrawn; one that was captured is refunded."""
    order = payment.order
    was_confirmed = order.is_settled
    order.cancel(reason=reason, now=now)
    if payment.is_pending:
        payments.withdraw(payment=payment)
    _settle(order, [(Name.CANCELLED, reason)], at=now)
    lines = order.lines.all() if was_confirmed else ()
    publish(events.order_cancelled(order, lines=lines, is_by_shop=is_by_shop))
    if payment.is_captured:
        payments.request_refund(payment=payment, now=now)
        publish(events.refund_requested(order))


def note(order: Order, *facts: OrderEvent.Name, at: datetime, detail: str = "") -> None:
    """Write them into the order's timeline."""
    _write(order, [(fact, detail) for fact in facts], at=at)


def note_charge(order: Order, charge: payments.Charge, *, at: datetime) -> None:
    """Write into the timeline what the provider did."""
    _write(order, _said_of(order, charge), at=at)


def _said_of(order: Order, charge: payments.Charge) -> Noted:
    if charge.state == payments.ChargeState.VOIDED and not selectors.is_held(order_id=order.id):
        return [(Name.PAYMENT_VOIDED, f"{charge.reference} {_PERHAPS_NOT_HELD}".strip())]
    return [(fact, charge.failure_code or charge.reference) for fact in _NOTED_AS[charge.state]]


def _settle(order: Order, noted: Noted, *, at: datetime) -> None:
    """Save how it ended, and write that into the timeline, in one statement."""
    order.touch()
    ended = [order.status, order.cancel_reason, order.settled_at, order.version, order.updated_at, order.id]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [*ended, *timeline.values(noted, order_id=order.id, at=_no_sooner(order, at))])


def _write(order: Order, noted: Noted, *, at: datetime) -> None:
    timeline.write(noted, order_id=order.id, at=_no_sooner(order, at))


def _no_sooner(order: Order, at: datetime) -> datetime:
    """Not before the order's last change: whoever waited for a provider brings an older time."""
    return max(at, order.updated_at)
