"""Coalescing: work that many want at the same time is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def once(tasks: dict[str, asyncio.Task[T]], key: str, work: Coroutine[Any, Any, T]) -> T:
    """Do the work of this key once for all who wait for it now. It is finished even if they have gone."""
    task = tasks.get(key)
    if task is None:
        task = tasks[key] = asyncio.create_task(work)
        task.add_done_callback(lambda _: tasks.pop(key))
    else:
        work.close()
    return await asyncio.shield(task)
