"""Reading payments."""

from __future__ import annotations

from uuid import UUID

from order_svc.payments.models import Payment, PaymentStatus


def locked_payment_of(*, order_id: UUID | str) -> Payment:
    """An order's payment with its order, both locked by one statement, so always in the same sequence.

    Raises Payment.DoesNotExist.
    """
    return Payment.objects.select_for_update().select_related("order").get(order_id=order_id)


def unresolved_payment_of(*, order_id: UUID | str) -> Payment | None:
    """An order's payment, if the provider was asked and its answer is not known."""
    return Payment.objects.filter(order_id=order_id, status=PaymentStatus.PROCESSING).first()
