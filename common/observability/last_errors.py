"""The last errors that this process logged, for whoever looks after it.

What is kept names no person: the message as the code has it, without what was filled in, and of an exception its kind
and its place, never its words. The whole line is in the log, under the same request id.
"""

from __future__ import annotations

import logging
from collections import deque
from datetime import UTC, datetime
from typing import Any

KEPT = 20

_entries: deque[dict[str, Any]] = deque(maxlen=KEPT)


class LastErrors(logging.Handler):
    """Remembers each error; the oldest is forgotten for the newest."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        kind, trace = (record.exc_info[0], record.exc_info[2]) if record.exc_info else (None, None)
        while trace and trace.tb_next:
            trace = trace.tb_next
        _entries.append(
            {
                "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
                "logger": record.name,
                "message": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
                "error": kind.__name__ if kind else None,
                "where": f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else None,
                "request_id": getattr(record, "request_id", None),
            }
        )


def newest_first() -> list[dict[str, Any]]:
    """What is remembered now."""
    return list(reversed(_entries))
