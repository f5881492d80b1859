"""Notes in an order's time line while the provider has decided nothing yet: no answer, or money that is only held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from order_svc.orders.models import OrderEvent
from order_svc.orders.services import settling
from order_svc.payments import selectors as payment_selectors
from order_svc.payments import services as payments

MAX_REASON = 200

Name = OrderEvent.Name


@contextmanager
def silence(*, order_id: UUID | str, at: datetime) -> Iterator[None]:
    """Note a ProviderUnavailable raised within this in the order's time line, and raise it again."""
    try:
        yield
    except payments.ProviderUnavailable as error:
        order = payment_selectors.payment_of(order_id=order_id).order
        settling.note(order, Name.PAYMENT_UNANSWERED, at=at, detail=str(error)[:MAX_REASON])
        raise


@transaction.atomic
def note_hold(*, order_id: UUID, charge: payments.Charge, at: datetime) -> None:
    """Note that the money is held and not taken, unless another process has recorded the outcome meanwhile."""
    payment = payment_selectors.locked_payment_of(order_id=order_id)
    if payment.is_processing:
        settling.note(payment.order, Name.PAYMENT_AUTHORISED, at=at, detail=charge.reference)
