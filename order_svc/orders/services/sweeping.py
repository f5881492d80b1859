"""The last resort behind redelivered facts: what was cut off half-way is found in the database and finished."""

from __future__ import annotations

import logging
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

# As many calls of a provider that answers late as fit into the time that a task may take.
_BATCH_WITH_PROVIDER = 10
_BATCH = 200


def resume_payments(*, now: datetime) -> None:
    """Ask again where a process died, or gave up, between asking the provider and noting its answer."""
    order_ids = payments.claim_cut_off(asked_before=now - SILENCE, now=now, limit=_BATCH_WITH_PROVIDER)
    _each(order_ids, partial(_resume, now=now))


def refund_unwanted_payments(*, now: datetime) -> None:
    """Give back what was taken for orders that had been cancelled, and what arrived for none."""
    due = payments.claim_refunds(now=now, limit=_BATCH_WITH_PROVIDER)
    _each(due, lambda payment: refunding.give_back(payment=payment, now=now))
    payments.send_back_stray_charges(now=now, limit=_BATCH_WITH_PROVIDER)


def expire_unsettled_orders(*, placed_before: datetime, now: datetime) -> None:
    """Cancel what never settled; where the provider was asked, it gets a last chance to say that it took the money."""
    being_paid = selectors.overdue(placed_before=placed_before, is_being_paid=True, limit=_BATCH_WITH_PROVIDER)
    _each(being_paid, lambda order_id: paying.pay_order(order_id=order_id, now=now))
    waiting = selectors.overdue(placed_before=placed_before, is_being_paid=False, limit=_BATCH)
    _each([*being_paid, *waiting], lambda order_id: settling.expire_order(order_id=order_id, now=now))


def _resume(order_id: UUID, *, now: datetime) -> None:
    paying.pay_order(order_id=order_id, now=now)
    paying.learn_of_unwanted_charge(order_id=order_id, now=now)


def _each(things: Iterable[T], finish: Callable[[T], None]) -> None:
    """One that cannot be finished must not hold up the others; the next sweep meets it again."""
    for thing in things:
        try:
            finish(thing)
        except payments.ProviderUnavailable as error:
            logger.warning("%s waits for the provider: %s", thing, error)
        except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
            raise
        except Exception:
            logger.exception("%s could not be finished", thing)
