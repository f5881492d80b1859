"""Forgetting what is of no more use."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from user_svc.accounts import selectors

BATCH_SIZE = 5_000
"""Rows deleted by one statement: few enough to stay far from its time limit, however long nobody swept."""


def forget_expired_tokens(*, now: datetime) -> int:
    """Delete tokens and challenges that have expired, and sessions that are over for good. Returns how many went."""
    expired = selectors.expired_refresh_tokens(now=now), selectors.expired_challenges(now=now)
    # Sessions last: one that lost its last token can go in the same sweep.
    return sum(_delete(rows) for rows in (*expired, selectors.forgettable_sessions(now=now)))


def forget_stale_guesses(*, now: datetime) -> int:
    """Delete what holds nobody back any more, and places that nobody signed in from for long."""
    return _delete(selectors.paid_allowances(now=now)) + _delete(selectors.stale_sources(now=now))


def _delete(rows: QuerySet[Any]) -> int:
    deleted = 0
    while keys := list(rows.values_list("pk", flat=True)[:BATCH_SIZE]):
        deleted += rows.filter(pk__in=keys).delete()[0]
    return deleted
