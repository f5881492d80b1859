"""Following a provider's webhook: it only says where to look; the provider itself is then asked for the state."""

from __future__ import annotations

import logging
from datetime import datetime

from order_svc.orders.services import paying, refunding
from order_svc.payments import selectors as payment_selectors
from order_svc.payments import services as payments

logger = logging.getLogger(__name__)

State = payments.ChargeState


def follow_report(*, provider: str, key: str, reference: str, now: datetime) -> None:
    """Bring an order up to date with what its provider says of the charge, whatever the order or number of notices.

    Money that belongs to no order is recorded as a stray charge, and sent back. Raises ProviderUnavailable: a sweeper
    asks again.
    """
    payment = payment_selectors.payment_charged(
        provider=provider, reference=reference
    ) or payment_selectors.payment_named(key=key, provider=provider)
    if payment is None or payment.is_of_another_charge(reference):
        _follow_stray(provider, _look_up(provider, key, reference, now=now), now=now)
    elif payment.is_processing:
        paying.pay_order(order_id=payment.order_id, now=now)
        paying.learn_of_unwanted_charge(order_id=payment.order_id, now=now)
    elif not payment.is_pending:
        charge = _look_up(provider, key, reference, now=now)
        if charge is not None and not _is_followed(payment, charge, now=now):
            payments.keep_report(provider=provider, key=key, reference=reference, now=now)
            raise payments.ProviderUnavailable("it has to be asked again: something else was heard meanwhile")


def _look_up(provider: str, key: str, reference: str, *, now: datetime) -> payments.Charge | None:
    """The charge as the provider has it. If it does not answer, the report is kept: only that makes a sweeper ask."""
    try:
        charge = payments.look_up(provider=provider, reference=reference)
    except payments.ProviderUnavailable:
        payments.keep_report(provider=provider, key=key, reference=reference, now=now)
        raise
    if charge is None:
        logger.warning("%s does not know %s, of which it reported", provider, reference)
    return charge


def _follow_stray(provider: str, charge: payments.Charge | None, *, now: datetime) -> None:
    if charge is not None and charge.state in {State.AUTHORISED, State.CAPTURED}:
        payments.keep_stray_charge(provider=provider, charge=charge, now=now)


def _is_followed(payment: payments.Payment, charge: payments.Charge, *, now: datetime) -> bool:
    if charge.state in {State.REFUNDED, State.REFUNDING}:
        order_id, known_at = payment.order_id, payment.updated_at
        return refunding.follow_refund(order_id=order_id, charge=charge, now=now, known_at=known_at)
    if charge.state == State.CAPTURED and (payment.is_captured or payment.is_refunded):
        return refunding.follow_what_is_kept(payment=payment, charge=charge, now=now)
    paying.conclude(order_id=payment.order_id, charge=charge, now=now)
    return True
