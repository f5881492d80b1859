"""Querying the database itself, as the yardstick."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg

from ops.bench.load.jobs import Measured, SqlJob
from ops.bench.load.watch import WAKING_SECONDS, Watch, within

_LIMITS = "-c statement_timeout=10s"

Page = Sequence[str]


def run(job: SqlJob) -> Measured:
    """Each connection has a thread; every row is fetched, and none is processed."""
    with ExitStack() as stack, ThreadPoolExecutor(job.connections) as pool:
        connections = [stack.enter_context(_connect(job.database_url)) for _ in range(job.connections)]
        _ask_all(pool, connections, within(WAKING_SECONDS, iter(job.pages)), Watch({}))
        watch = Watch(job.watched)
        _ask_all(pool, connections, within(job.seconds, itertools.cycle(job.pages)), watch)
        return watch.measured()


def _connect(url: str) -> psycopg.Connection:
    # The services do not prepare statements, so their yardstick does not either.
    return psycopg.connect(url, autocommit=True, connect_timeout=3, prepare_threshold=None, options=_LIMITS)


def _ask_all(
    pool: ThreadPoolExecutor, connections: Sequence[psycopg.Connection], pages: Iterator[Page], watch: Watch
) -> None:
    """Each connection takes the next page when it has the rows of the last."""
    lock = threading.Lock()

    def work(connection: psycopg.Connection) -> None:
        while True:
            with lock:
                page = next(pages, None)
            if page is None:
                return
            began = time.perf_counter()
            error = _fetch(connection, page)
            watch.count(time.perf_counter() - began, error=error)

    list(pool.map(work, connections))


def _fetch(connection: psycopg.Connection, page: Page) -> str:
    """Returns the name of the exception, or nothing."""
    try:
        for statement in page:
            connection.execute(statement.encode()).fetchall()
    except psycopg.Error as error:
        return type(error).__name__
    return ""
