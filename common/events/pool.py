"""Where a worker's tasks run: one after the other, in the worker's own process, within limits of time."""

from __future__ import annotations

import faulthandler
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from celery.concurrency.base import BasePool
from celery.exceptions import SoftTimeLimitExceeded, WorkerTerminate

from common.events import publisher

TICK_SECONDS = publisher.HEARTBEAT_SECONDS / 2
"""How often, while a task runs, the worker is given a moment to say that it lives."""


class OneByOne(BasePool):
    """A pool without children, where Celery's hands each message through a pipe to one, and takes twice the memory.

    A task that kills the process, or hangs so that nothing else helps, leaves its message with the broker, which counts
    the delivery and gives it out again; whoever supervises the worker starts it anew.
    """

    body_can_be_buffer = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.on_tick: Callable[[], None] = lambda: None

    def on_apply(
        self,
        target: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        callback: Callable[[Any], None],
        accept_callback: Callable[[int, float], None],
        soft_timeout: float | None = None,
        timeout: float | None = None,
        **_: Any,
    ) -> None:
        """Run the task, and tell the broker what became of it before anything else is taken."""
        accept_callback(os.getpid(), time.monotonic())
        soft, hard = soft_timeout or self.options["soft_timeout"], timeout or self.options["timeout"]
        with limited(soft_seconds=soft, hard_seconds=hard, on_tick=self.on_tick):
            result = target(*args, **kwargs)
        callback(result)

    def terminate_job(self, _pid: int, _signal: int | None = None) -> None:
        """Somebody wants the worker to end at once: what it has begun is rolled back, and goes to another."""
        raise WorkerTerminate(1)


@contextmanager
def limited(*, soft_seconds: float, hard_seconds: float, on_tick: Callable[[], None]) -> Iterator[None]:
    """Raise SoftTimeLimitExceeded in what takes too long, and end the process with whatever ignores even that.

    ``on_tick`` is called now and then between two steps of what runs, and must not raise.
    """
    ends_at = time.monotonic() + soft_seconds

    def wind() -> None:
        signal.setitimer(signal.ITIMER_REAL, max(min(TICK_SECONDS, ends_at - time.monotonic()), 0.001))

    def tick(_number: int, _frame: FrameType | None) -> None:
        nonlocal ends_at
        on_tick()
        if time.monotonic() >= ends_at:
            ends_at = float("inf")  # it is said once
            wind()
            raise SoftTimeLimitExceeded(soft_seconds)
        wind()

    before = signal.signal(signal.SIGALRM, tick)
    # Needs neither Python's main thread nor its lock, and writes down where everything stood.
    faulthandler.dump_traceback_later(hard_seconds, exit=True)
    try:
        wind()
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)
