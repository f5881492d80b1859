"""Several people doing something at the same time, each on a real connection of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from common.errors import DomainError

PEOPLE = 8


def at_once(jobs: Sequence[Callable[[], object]]) -> list[object]:
    """Run the jobs on a few connections side by side; a refusal is a result, by its class."""
    with ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(_result_of, jobs))


def together(*jobs: Callable[[], object]) -> list[object]:
    """Run these few jobs, each beginning at the same moment as the others; a refusal is a result, by its class."""
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
