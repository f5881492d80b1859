"""Two simultaneous operations on one row, in the order that a test chooses."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection, transaction

SECONDS = 10


def overtake(slow: Callable[[], object], fast: Callable[[], object]) -> Future[object]:
    """Run both: ``fast`` holds its row locks when ``slow`` starts, and commits once that waits for them.

    Returns the outcome of ``slow``.
    """
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            fast()
            outcome = pool.submit(_elsewhere, slow)
            _wait_until_blocking(outcome)
        outcome.exception(timeout=SECONDS)
    return outcome


def _elsewhere(what: Callable[[], object]) -> object:
    try:
        return what()
    finally:
        connection.close()


def _wait_until_blocking(outcome: Future[object]) -> None:
    until = time.monotonic() + SECONDS
    with connection.cursor() as cursor:
        while not outcome.done() and time.monotonic() < until:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone():
                return
            time.sleep(0.01)
