"""What sweepers would do later, done now for a member of staff who waits. Outside any transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from order_svc.orders.services import refunding, reporting
from order_svc.payments import selectors as payment_selectors
from order_svc.payments import services as payments


def look_again(*, order_id: UUID, now: datetime) -> str:
    """Ask the provider about an order's payment, update the order accordingly, and return the payment's status.

    Raises UnknownProvider, ProviderSilent.
    """
    payment = payment_selectors.payment_of(order_id=order_id)
    with payments.for_somebody(provider=payment.provider):
        reporting.follow_report(
            provider=payment.provider, key=payment.idempotency_key, reference=payment.provider_reference, now=now
        )
    return payment_selectors.payment_of(order_id=order_id).status


def refund_now(*, order_id: UUID, now: datetime) -> None:
    """Give back what is due for a cancelled order. Raises NothingDue, UnknownProvider, ProviderSilent."""
    payment = payment_selectors.payment_to_refund(order_id=order_id)
    if payment is None:
        raise payments.NothingDue
    with payments.for_somebody(provider=payment.provider):
        refunding.give_back(payment=payment, now=now)
