"""Simultaneous calls, each on a real database connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from common.errors import DomainError

PEOPLE = 8


def at_once(jobs: Sequence[Callable[[], object]]) -> list[object]:
    """Run the jobs in parallel on a few connections. Returns each result; of a refusal, its class."""
    with ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(_result_of, jobs))


def together(*jobs: Callable[[], object]) -> list[object]:
    """Start these few jobs at the same moment. Returns each result; of a refusal, its class."""
    start = Barrier(len(jobs), timeout=30)

    def run(job: Callable[[], object]) -> object:
        connection.ensure_connection()
        start.wait()
        return _result_of(job)

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def _result_of(job: Callable[[], object]) -> object:
    try:
        return job()
    except DomainError as refusal:
        return type(refusal)
    finally:
        connection.close()
