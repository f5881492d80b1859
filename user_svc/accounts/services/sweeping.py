"""Deleting what is no longer needed."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from user_svc.accounts import selectors

BATCH_SIZE = 5_000
"""Rows deleted by one statement: few enough to stay far from its time limit, however many there are."""


def forget_expired_tokens(*, now: datetime) -> int:
    """Delete expired tokens and challenges, and sessions that are over for good. Returns how many rows."""
    expired = selectors.expired_refresh_tokens(now=now), selectors.expired_challenges(now=now)
    # Sessions last: one that has just lost its last token can be deleted in the same run.
    return sum(_delete(rows) for rows in (*expired, selectors.forgettable_sessions(now=now)))


def forget_stale_guesses(*, now: datetime) -> int:
    """Delete limits that no longer hold anybody back, and sources not used for long. Returns how many rows."""
    return _delete(selectors.paid_allowances(now=now)) + _delete(selectors.stale_sources(now=now))


def _delete(rows: QuerySet[Any]) -> int:
    deleted = 0
    while keys := list(rows.values_list("pk", flat=True)[:BATCH_SIZE]):
        deleted += rows.filter(pk__in=keys).delete()[0]
    return deleted
