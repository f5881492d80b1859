"""Comparing a provider's list of charges with our payments, since webhooks get lost.

Charges that belong to no order are held for staff. Each charge is compared once, some minutes after it was made. The
progress is recorded page by page, so an interrupted comparison continues there; comparing a page twice does no harm.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from common.events.outbox import publish
from order_svc.payments import events, selectors
from order_svc.payments.adapters import PROVIDERS
from order_svc.payments.adapters.provider import ChargeState, NamedCharge, PlaceLost, ProviderUnavailable
from order_svc.payments.models import Comparison, Payment, PaymentStatus
from order_svc.payments.services.strays import hold_stray_charge

logger = logging.getLogger(__name__)

FIRST_REACH = timedelta(days=1)
"""How far back the first comparison goes."""

GRACE = timedelta(minutes=10)
"""Younger charges are not compared yet: they may still be on their way through the shop."""

BEHIND = timedelta(hours=2)
"""A comparison that ends further back than this does not keep up, which is logged as an error."""

_SETTLED = {
    ChargeState.CAPTURED: PaymentStatus.CAPTURED,
    ChargeState.DECLINED: PaymentStatus.DECLINED,
    ChargeState.VOIDED: PaymentStatus.VOIDED,
    ChargeState.REFUNDED: PaymentStatus.REFUNDED,
}


def compare_charges(*, now: datetime, most_pages: int, until: float = math.inf) -> None:
    """Find stray charges, and outcomes of payments that no webhook told of. It stops after ``most_pages`` of each
    provider, or ``until`` then (an instant of the monotonic clock); the next run continues.
    """
    for provider in PROVIDERS:
        try:
            _compare(provider, now=now, most_pages=most_pages, until=until)
        except ProviderUnavailable as error:
            logger.warning("the charges of %s are not compared yet: %s", provider, error)


def _compare(provider: str, *, now: datetime, most_pages: int, until: float) -> None:
    place, _ = Comparison.objects.get_or_create(provider=provider, defaults={"since": now - FIRST_REACH})
    place.begin(until=now - GRACE)
    try:
        _go_on(place, now=now, most_pages=most_pages, until=until)
    except PlaceLost:
        place.after = ""
        place.save()
        raise
    finally:
        if now - place.since > BEHIND:
            logger.error("the charges of %s are compared only as far as %s", provider, place.since)


def _go_on(place: Comparison, *, now: datetime, most_pages: int, until: float) -> None:
    for _ in range(most_pages):
        if place.until is None or place.since >= place.until or time.monotonic() >= until:
            return
        page = PROVIDERS[place.provider].charges(since=place.since, until=place.until, after=place.after)
        _look_at(place.provider, page.charges, now=now)
        place.turn(after=page.after)
        place.save()


def _look_at(provider: str, found: Sequence[NamedCharge], *, now: datetime) -> None:
    payments = selectors.payments_charged(
        provider=provider, references=[each.charge.reference for each in found], keys=[each.key for each in found]
    )
    for each in found:
        _compare_one(provider, each, payments.get(each.charge.reference) or payments.get(each.key), now=now)


def _compare_one(provider: str, found: NamedCharge, payment: Payment | None, *, now: datetime) -> None:
    charge = found.charge
    if payment is None or payment.is_of_another_charge(charge.reference):
        if charge.state in {ChargeState.AUTHORISED, ChargeState.CAPTURED}:
            hold_stray_charge(provider=provider, charge=charge, now=now)
    elif _is_news(payment, found):
        logger.warning("%s is %s at %s and %s here", charge.reference, charge.state, provider, payment.status)
        with transaction.atomic():
            publish(events.payment_reported(provider=provider, key=found.key, reference=charge.reference))


def _is_news(payment: Payment, found: NamedCharge) -> bool:
    """Whether it says something new. Not for a payment whose provider is being asked, or will be: that will tell."""
    if payment.is_pending or payment.is_processing or found.charge.state not in _SETTLED:
        return False
    is_part_known = not payment.is_captured or found.charge.given_back_minor == payment.given_back_minor
    return payment.status != _SETTLED[found.charge.state] or not is_part_known
