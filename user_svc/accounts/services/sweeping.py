"""Forgetting what is of no more use."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from user_svc.accounts import selectors

BATCH_SIZE = 5_000
"""Rows deleted by one statement: few enough to stay far from its time limit, however long nobody swept."""


def forget_expired_tokens(*, now: datetime) -> int:
    """Delete refresh tokens that have expired, then sessions that are over for good. Returns how many rows went."""
    # Tokens first: a session that lost its last one can go in the same sweep.
    return _delete(selectors.expired_refresh_tokens(now=now)) + _delete(selectors.forgettable_sessions(now=now))


def forget_stale_guesses(*, now: datetime) -> int:
    """Delete what holds nobody back any more, and places that nobody signed in from for long."""
    return _delete(selectors.paid_allowances(now=now)) + _delete(selectors.stale_sources(now=now))


def _delete(rows: QuerySet[Any]) -> int:
    deleted = 0
    while keys := list(rows.values_list("pk", flat=True)[:BATCH_SIZE]):
        deleted += rows.filter(pk__in=keys).delete()[0]
    return deleted
