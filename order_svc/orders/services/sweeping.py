"""The last resort behind redelivered facts: what was cut off half-way is found in the database and finished."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError

from order_svc.orders import selectors
from order_svc.orders.services import paying, refunding, reporting, settling
from order_svc.payments import services as payments

logger = logging.getLogger(__name__)

T = TypeVar("T")

SILENCE = timedelta(seconds=20)
"""Whoever asked a provider so long ago has most likely died; asking beside somebody who has not does no harm."""

ASKING_SECONDS = 25.0
"""After so long a sweep begins no other call of a provider: one that hangs takes 8 s each, and a task has 45."""

LAST_CHANCE = timedelta(seconds=30)
"""How much longer an order waits whose provider was asked: so long that whoever was silent is followed by a sweep."""

EXPIRING_SECONDS = 5.0
"""After so long a sweep leaves the rest to the next: it runs among the facts, and these wait for it."""

_BATCH_WITH_PROVIDER = 10
_BATCH = 2000


def resume_payments(*, now: datetime) -> None:
    """Ask again where a process died, or gave up, between asking the provider and noting its answer; and what became of
    charges of which the provider reported, and did not answer.
    """
    until = time.monotonic() + ASKING_SECONDS
    order_ids = payments.claim_cut_off(asked_before=now - SILENCE, now=now, limit=_BATCH_WITH_PROVIDER)
    _each(order_ids, partial(_resume, now=now), until=until)
    reports = payments.claim_reports(now=now, limit=_BATCH_WITH_PROVIDER)
    _each(reports, partial(_follow_report, now=now), until=until)


def refund_unwanted_payments(*, now: datetime) -> None:
    """Give back what was taken for orders that had been cancelled, and what arrived for none."""
    until = time.monotonic() + ASKING_SECONDS
    due = payments.claim_refunds(now=now, limit=_BATCH_WITH_PROVIDER)
    _each(due, lambda payment: refunding.give_back(payment=payment, now=now), until=until)
    payments.send_back_stray_charges(now=now, limit=_BATCH_WITH_PROVIDER, until=until)


def expire_unsettled_orders(*, placed_before: datetime, now: datetime) -> None:
    """Cancel what never settled, without asking anybody: so it comes to all of it while a provider is away.

    Where the provider was asked, it gets a last chance to say that it took the money. What it says later still counts:
    that money goes back.
    """
    until = time.monotonic() + EXPIRING_SECONDS
    for before, is_being_paid in ((placed_before, False), (placed_before - LAST_CHANCE, True)):
        late = selectors.overdue(placed_before=before, is_being_paid=is_being_paid, limit=_BATCH)
        _each(late, lambda order_id: settling.expire_order(order_id=order_id, now=now), until=until)


def _resume(order_id: UUID, *, now: datetime) -> None:
    paying.pay_order(order_id=order_id, now=now)
    paying.learn_of_unwanted_charge(order_id=order_id, now=now)


def _follow_report(report: payments.OpenReport, *, now: datetime) -> None:
    reporting.follow_report(provider=report.provider, key=report.key, reference=report.reference, now=now)
    payments.close_report(report=report)


def _each(things: Iterable[T], finish: Callable[[T], None], *, until: float = math.inf) -> None:
    """One that cannot be finished must not hold up the others; the next sweep meets it again.

    Those to which it has not come ``until`` then (on the monotonic clock) are left to that as well.
    """
    for thing in things:
        if time.monotonic() >= until:
            return
        try:
            finish(thing)
        except payments.ProviderUnavailable as error:
            logger.warning("%s waits for the provider: %s", thing, error)
        except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
            raise
        except Exception:
            logger.exception("%s could not be finished", thing)
