"""Django's ORM from the event loop: in a few threads, each with a connection that is kept and checked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connections

from common.observability import health
from gateway_svc.gateway.problems import Overloaded, Unavailable

# A query takes a millisecond or two, so even the last in this queue does not wait for long.
MOST_WAITING = 200
SOON_SECONDS = 1.0

T = TypeVar("T")


class Database:
    """Runs ``at_once`` calls at a time; up to MOST_WAITING more wait, and any beyond that are refused."""

    def __init__(self, *, at_once: int) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="database")
        self._most = at_once + MOST_WAITING
        self._under_way = 0

    async def run(self, work: Callable[..., T], **arguments: Any) -> T:
        """Call ``work`` in a thread. Raises Unavailable if the database is out of reach, or Overloaded."""
        if self._under_way >= self._most:
            raise Overloaded(SOON_SECONDS)
        self._under_way += 1
        call = partial(_with_a_good_connection, work, **arguments)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        except (OperationalError, InterfaceError) as error:
            raise Unavailable from error
        finally:
            self._under_way -= 1

    def close(self) -> None:
        """Take no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


async def in_any_thread(work: Callable[[], T]) -> T:
    """Call ``work``, which may use Django's ORM, in any thread, and close the connections that it opened there.

    For what is rare: asyncio's own threads come and go, and a connection left open in one is never closed.
    """
    return await asyncio.to_thread(_closing_connections, work)


async def database_answers() -> bool:
    """The database answers a query. Raises its error otherwise."""
    await in_any_thread(health.database)
    return True


def _closing_connections(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        connections.close_all()


def _with_a_good_connection(work: Callable[..., T], **arguments: Any) -> T:
    close_old_connections()
    try:
        return work(**arguments)
    finally:
        close_old_connections()
