"""The gateway's database, asked from the event loop: in few threads, whose connections are kept and checked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections

from gateway_svc.gateway.problems import Unavailable

T = TypeVar("T")


class Database:
    """So many questions at once; the others wait."""

    def __init__(self, *, at_once: int) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="database")

    async def run(self, work: Callable[..., T], **arguments: Any) -> T:
        """Do some work of Django's in a thread. Raises Unavailable while the database is out of reach."""
        call = partial(_with_a_good_connection, work, **arguments)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        except (OperationalError, InterfaceError) as error:
            raise Unavailable from error

    def close(self) -> None:
        """Take no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _with_a_good_connection(work: Callable[..., T], **arguments: Any) -> T:
    close_old_connections()
    try:
        return work(**arguments)
    finally:
        close_old_connections()
