"""Stray charges, money for no order: recorded first, then sent back."""

from __future__ import annotations

import logging
import math
import time
from datetime import datetime
from uuid import UUID

from order_svc.payments import errors, selectors
from order_svc.payments.adapters import provider_named
from order_svc.payments.adapters.provider import Charge, ChargeState, ProviderUnavailable
from order_svc.payments.models import StrayCharge
from order_svc.payments.services.asking import for_somebody
from order_svc.payments.services.claiming import claim_strays

logger = logging.getLogger(__name__)


def keep_stray_charge(*, provider: str, charge: Charge, now: datetime) -> None:
    """Record a stray charge that the provider reported, to be sent back; once, however often it is reported."""
    logger.error("money for no order: %s of %s at %s", charge.reference, charge.amount, provider)
    stray = _kept(provider, charge, now=now, is_held=False)
    same = StrayCharge.objects.filter(id=stray.id)
    same.filter(is_held=True).update(is_held=False)
    # It was sent back before, and the bank returned it.
    same.filter(refunded_at__isnull=False).update(refund_due_since=now, refunded_at=None)


def hold_stray_charge(*, provider: str, charge: Charge, now: datetime) -> None:
    """Record a charge without an order that a comparison found, for staff to look at.

    It is not sent back by itself: a database that was restored from a dump lacks the orders since, and their money must
    not be sent back.
    """
    logger.error(
        "money for no order that we know: %s of %s at %s was found there. Look for its order; if there is none, send it"
        " back among the stray charges of the admin",
        *(charge.reference, charge.amount, provider),
    )
    _kept(provider, charge, now=now, is_held=True)


def _kept(provider: str, charge: Charge, *, now: datetime, is_held: bool) -> StrayCharge:
    amount = {"amount_minor": charge.amount.minor, "currency": charge.amount.currency}
    stray, _ = StrayCharge.objects.get_or_create(
        provider=provider,
        reference=charge.reference,
        defaults={**amount, "refund_due_since": now, "is_held": is_held},
    )
    return stray


def send_back_stray_charges(*, now: datetime, limit: int, until: float = math.inf) -> None:
    """Send back recorded stray charges, except those that turn out to belong to an order. No further one is started
    ``until`` then (an instant of the monotonic clock). What fails is tried again, less and less often.
    """
    for stray in claim_strays(now=now, limit=limit):
        if time.monotonic() >= until:
            return
        try:
            _send_back(stray, now=now)
        except ProviderUnavailable as error:
            logger.warning("%s is not sent back yet: %s", stray.reference, error)


def send_back_stray_charge(*, charge_id: UUID, now: datetime) -> None:
    """Send one back now, for a member of staff who has looked at it. If the provider fails, a sweeper tries again.

    Raises NothingDue, UnknownProvider, ProviderSilent.
    """
    stray = StrayCharge.objects.filter(id=charge_id, refund_due_since__isnull=False).first()
    if stray is None:
        raise errors.NothingDue
    StrayCharge.objects.filter(id=stray.id).update(is_held=False)
    with for_somebody(provider=stray.provider):
        _send_back(stray, now=now)


def _send_back(stray: StrayCharge, *, now: datetime) -> None:
    if selectors.payment_charged(provider=stray.provider, reference=stray.reference):
        logger.warning("%s at %s is an order's after all, and is kept", stray.reference, stray.provider)
        stray.delete()
        return
    charge = provider_named(stray.provider).refund(stray.reference)
    if charge.state == ChargeState.REFUNDING:
        raise ProviderUnavailable("its refund is pending")
    StrayCharge.objects.filter(id=stray.id).update(refund_due_since=None, refunded_at=now)
