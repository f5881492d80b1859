"""The gateway's database, asked from the event loop: in few threads, whose connections are kept and checked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connections

from common.observability import health
from gateway_svc.gateway.problems import Overloaded, Unavailable

# A question takes a millisecond or two: nobody waits for long.
MOST_WAITING = 200
SOON_SECONDS = 1.0

T = TypeVar("T")


class Database:
    """So many questions at once; some others wait, and more are told to come back."""

    def __init__(self, *, at_once: int) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="database")
        self._most = at_once + MOST_WAITING
        self._under_way = 0

    async def run(self, work: Callable[..., T], **arguments: Any) -> T:
        """Do some work of Django's in a thread. Raises Unavailable while it is out of reach, or Overloaded."""
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
    """Do some work of Django's that is rare, in whichever thread is there, and close the connections that it opened.

    Such threads come and go: a connection that stayed open in one would stay for good.
    """
    return await asyncio.to_thread(_closing_connections, work)


async def database_answers() -> bool:
    """The database takes a question. Raises what it answers otherwise."""
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
