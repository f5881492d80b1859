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
from order_svc.orders.services import paying, refunding, settling
from order_svc.payments import services as payments

logger = logging.getLogger(__name__)

T = TypeVar("T")

SILENCE = timedelta(seconds=20)
"""Whoever asked a provider so long ago has most likely died; asking beside somebody who has not does no harm."""

ASKING_SECONDS = 25.0
"""After so long a sweep begins no other call of a provider: one that hangs takes 8 s each, and a task has 45."""

_BATCH_WITH_PROVIDER = 10
_BATCH = 200


def resume_payments(*, now: datetime) -> None:
    """Ask again where a process died, or gave up, between asking the provider and noting its answer."""
    order_ids = payments.claim_cut_off(asked_before=now - SILENCE, now=now, limit=_BATCH_WITH_PROVIDER)
    _each(order_ids, partial(_resume, now=now), until=time.monotonic() + ASKING_SECONDS)


def refund_unwanted_payments(*, now: datetime) -> None:
    """Give back what was taken for orders that had been cancelled, and what arrived for none."""
    until = time.monotonic() + ASKING_SECONDS
    due = payments.claim_refunds(now=now, limit=_BATCH_WITH_PROVIDER)
    _each(due, lambda payment: refunding.give_back(payment=payment, now=now), until=until)
    payments.send_back_stray_charges(now=now, limit=_BATCH_WITH_PROVIDER, until=until)


def expire_unsettled_orders(*, placed_before: datetime, now: datetime) -> None:
    """Cancel what never settled; where the provider was asked, it gets a last chance to say that it took the money."""
    waiting = selectors.overdue(placed_before=placed_before, is_being_paid=False, limit=_BATCH)
    _each(waiting, lambda order_id: settling.expire_order(order_id=order_id, now=now))
    being_paid = selectors.overdue(placed_before=placed_before, is_being_paid=True, limit=_BATCH_WITH_PROVIDER)
    _each(being_paid, partial(_ask_and_expire, now=now), until=time.monotonic() + ASKING_SECONDS)


def _ask_and_expire(order_id: UUID, *, now: datetime) -> None:
    """Whatever the provider says, or does not."""
    _each([order_id], lambda each: paying.pay_order(order_id=each, now=now))
    settling.expire_order(order_id=order_id, now=now)


def _resume(order_id: UUID, *, now: datetime) -> None:
    paying.pay_order(order_id=order_id, now=now)
    paying.learn_of_unwanted_charge(order_id=order_id, now=now)


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
