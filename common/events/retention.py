"""Deleting old rows of outbox, inbox and failures."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

TOLD_KEPT_FOR = timedelta(days=14)
HEARD_KEPT_FOR = timedelta(days=30)
"""Longer than the outbox, so that ``verify`` can compare each fact that was told with who heard it, and so that a fact
that is delivered again late, even a replayed dead letter, is recognised."""

_BATCH = 5000
_MOST_BATCHES = 20
"""In one run, which must end within a task's time limit; the next run continues."""

_TOLD = "SELECT ctid FROM events_outbox WHERE occurred_at < %s AND published_at IS NOT NULL LIMIT %s"
_HEARD = "SELECT ctid FROM events_inbox WHERE handled_at < %s LIMIT %s"
_FAILED = "SELECT ctid FROM events_failure WHERE failed_at < %s LIMIT %s"


def forget_old_facts(*, now: datetime) -> int:
    """Delete what was sent, handled, or failed long ago; unsent facts stay. Returns the number of rows deleted."""
    told = _delete("events_outbox", _TOLD, before=now - TOLD_KEPT_FOR)
    heard = _delete("events_inbox", _HEARD, before=now - HEARD_KEPT_FOR)
    failed = _delete("events_failure", _FAILED, before=now - HEARD_KEPT_FOR)
    return told + heard + failed


def _delete(table: str, old: str, *, before: datetime) -> int:
    """In batches, each in its own transaction, so that no lock is held for long."""
    deleted = 0
    with connection.cursor() as cursor:
        for _ in range(_MOST_BATCHES):
            cursor.execute(f"DELETE FROM {table} WHERE ctid = ANY(ARRAY({old}))", [before, _BATCH])  # noqa: S608 - ours
            deleted += cursor.rowcount
            if cursor.rowcount < _BATCH:
                break
    return deleted
