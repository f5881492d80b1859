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
        self._watched_since = 0.0

    def on_apply(
        self,
        target: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        callback: Callable[[Any], None],
        accept_callback: Callable[[int, float], None],
        soft_timeout: float | None = None,
        **_: Any,
    ) -> None:
        """Run the task, and tell the broker what became of it before anything else is taken."""
        now = time.monotonic()
        accept_callback(os.getpid(), now)
        if now - self._watched_since > TICK_SECONDS:
            self._watch(now)
        with limited(soft_timeout or self.options["soft_timeout"], on_tick=self.on_tick):
            result = target(*args, **kwargs)
        callback(result)

    def terminate_job(self, _pid: int, _signal: int | None = None) -> None:
        """Somebody wants the worker to end at once: what it has begun is rolled back, and goes to another."""
        raise WorkerTerminate(1)

    def rest(self) -> None:
        """No task runs: nothing can be said to hang. To be called every few seconds, or the process ends."""
        if self._watched_since:
            faulthandler.cancel_dump_traceback_later()
            self._watched_since = 0.0

    def _watch(self, now: float) -> None:
        """End the process unless it rests, or begins another task, within the hard limit.

        Needs neither Python's main thread nor its lock, and writes down where everything stood. It costs a thread, so
        it is not done for each task: one may begin up to a tick later, and has as much less.
        """
        faulthandler.dump_traceback_later(self.options["timeout"], exit=True)
        self._watched_since = now


@contextmanager
def limited(soft_seconds: float, *, on_tick: Callable[[], None]) -> Iterator[None]:
    """Raise SoftTimeLimitExceeded in what takes too long.

    ``on_tick`` is called now and then between two steps of what runs, and must not raise.
    """
    ends_at = time.monotonic() + soft_seconds

    def wind() -> None:
        signal.setitimer(signal.ITIMER_REAL, max(min(TICK_SECONDS, ends_at - time.monotonic()), 0.001))

    def tick(_number: int, _frame: FrameType | None) -> None:
        nonlocal ends_at
        on_tick()
        is_late = time.monotonic() >= ends_at
        if is_late:
            ends_at = float("inf")  # it is said once
        wind()
        if is_late:
            raise SoftTimeLimitExceeded(soft_seconds)

    before = signal.signal(signal.SIGALRM, tick)
    try:
        wind()
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
