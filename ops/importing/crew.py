"""Working on several rows at once, with only a few of them in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

PARALLEL = 4

Job = TypeVar("Job")
Result = TypeVar("Result")


def in_parallel(do: Callable[[Job], Result], jobs: Iterable[Job], *, parallel: int = PARALLEL) -> Generator[Result]:
    """The result of ``do`` for each job, in their order.

    When the generator is closed, or a job raises, no more jobs are begun, and those under way are waited for.
    """
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(parallel, thread_name_prefix="crew") as pool:
        try:
            for job in jobs:
                waiting.append(pool.submit(do, job))
                if len(waiting) > 2 * parallel:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
