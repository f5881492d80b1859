"""How a service is, in a few figures: what its part of the platform's front page shows.

The gateway asks every instance of every service for them (``GET /health/figures``, with its assertion of somebody of
the staff), all at once and each with a time-out, and calls ``collect`` itself for its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import Error, connection

from common.events import figures as of_facts
from common.observability import last_errors
from common.version import VERSION

_STARTED_AT = datetime.now(UTC).isoformat(timespec="seconds")


def collect() -> dict[str, Any]:
    """The figures of this process and of its service's database; what the database does not tell now is null."""
    return {
        "service": settings.SERVICE.name,
        "version": VERSION,
        "started_at": _STARTED_AT,
        **_of_the_database(),
        "last_errors": last_errors.newest_first(),
    }


def _of_the_database() -> dict[str, Any]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(of_facts.OUTBOX)
            unsent, oldest_seconds = of_facts.read_outbox(cursor.fetchone())
            cursor.execute(of_facts.DEAD)
            (dead,) = cursor.fetchone()
            cursor.execute(of_facts.LAST_DEAD)
            last_dead = [_failure(*row) for row in cursor.fetchall()]
    except Error:
        return {"outbox": None, "dead_letters": None, "last_dead": None}
    outbox = {"unsent": unsent, "oldest_seconds": oldest_seconds}
    return {"outbox": outbox, "dead_letters": dead, "last_dead": last_dead}


def _failure(fact_id: object, handler: str, error: str, attempts: int, failed_at: datetime) -> dict[str, Any]:
    """Of the error only its kind: what it says may name people, and stands in the admin."""
    return {
        "fact_id": str(fact_id),
        "handler": handler,
        "error": error.partition(":")[0],
        "attempts": attempts,
        "failed_at": failed_at.isoformat(timespec="milliseconds"),
    }
