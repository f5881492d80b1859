"""Sweepers, the last resort behind redelivered facts: they find in the database what was cut off, and finish it."""

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
"""A process that asked a provider this long ago has most likely died. If not, asking a second time does no harm."""

ASKING_SECONDS = 25.0
"""After this a sweep starts no further call to a provider: one that hangs takes 8 s a call, and a task has 45 s."""

LAST_CHANCE = timedelta(seconds=30)
"""How much longer an order waits whose provider was asked: long enough for a sweep to ask once more."""

EXPIRING_SECONDS = 5.0
"""After this a sweep leaves the rest to the next one: it runs on the queue of facts, which wait meanwhile."""

_BATCH_WITH_PROVIDER = 10
_BATCH = 2000


def resume_payments(*, now: datetime) -> None:
    """Ask the provider again for payments whose process died, or gave up, before it could record the answer; and for
    charges that a webhook reported while the provider could not be asked.
    """
    until = time.monotonic() + ASKING_SECONDS
    order_ids = payments.claim_cut_off(asked_before=now - SILENCE, now=now, limit=_BATCH_WITH_PROVIDER)
    _each(order_ids, partial(_resume, now=now), until=until)
    reports = payments.claim_reports(now=now, limit=_BATCH_WITH_PROVIDER)
    _each(reports, partial(_follow_report, now=now), until=until)


def refund_unwanted_payments(*, now: datetime) -> None:
    """Refund payments of cancelled orders, and stray charges."""
    until = time.monotonic() + ASKING_SECONDS
    due = payments.claim_refunds(now=now, limit=_BATCH_WITH_PROVIDER)
    _each(due, lambda payment: refunding.give_back(payment=payment, now=now), until=until)
    payments.send_back_stray_charges(now=now, limit=_BATCH_WITH_PROVIDER, until=until)


def expire_unsettled_orders(*, placed_before: datetime, now: datetime) -> None:
    """Cancel orders that never settled, without asking any provider: so one that is away delays none of them.

    Where a provider was asked already, it has ``LAST_CHANCE`` longer to say that it took the money. If it says so
    later, the money is refunded.
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
    """Finish each; one that fails does not hold up the others, and the next sweep finds it again.

    What has not been started ``until`` then (an instant of the monotonic clock) is left to the next sweep too.
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
