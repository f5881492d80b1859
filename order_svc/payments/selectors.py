"""Reading payments."""

from __future__ import annotations

from uuid import UUID

from order_svc.payments.models import Payment, PaymentStatus


def payment_of(*, order_id: UUID | str) -> Payment:
    """An order's payment, as it is committed. Raises Payment.DoesNotExist."""
    return Payment.objects.get(order_id=order_id)


def locked_payment_of(*, order_id: UUID | str) -> Payment:
    """An order's payment with its order, both locked by one statement, so always in the same sequence.

    Raises Payment.DoesNotExist.
    """
    return Payment.objects.select_for_update().select_related("order").get(order_id=order_id)


def unresolved_payment_of(*, order_id: UUID | str) -> Payment | None:
    """An order's payment with its order, if the provider was asked and its answer is not known."""
    processing = Payment.objects.filter(order_id=order_id, status=PaymentStatus.PROCESSING)
    return processing.select_related("order").first()


def payment_to_refund(*, order_id: UUID | str) -> Payment | None:
    """An order's payment, if its money must go back."""
    return Payment.objects.filter(order_id=order_id, refund_due_since__isnull=False).first()


def payment_named(*, key: str, provider: str) -> Payment | None:
    """The payment that a provider knows by this key, if it is one of ours."""
    try:
        return Payment.objects.filter(id=UUID(key), provider=provider).first()
    except ValueError:
        return None
