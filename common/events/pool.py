"""Where a worker's tasks run: one after the other, in the worker's own process, with time limits."""

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
"""How often ``on_tick`` is called while a task runs."""


class OneByOne(BasePool):
    """A pool without child processes. Celery's own pipes each message to a child, and needs twice the memory.

    When a task kills the process, or hangs until the hard limit does, its message is still unacknowledged: the broker
    counts the delivery and delivers it again, and the supervisor restarts the worker.
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
        """Run the task, and settle its message before the next one is taken."""
        now = time.monotonic()
        accept_callback(os.getpid(), now)
        if now - self._watched_since > TICK_SECONDS:
            self._watch(now)
        with limited(soft_timeout or self.options["soft_timeout"], on_tick=self.on_tick):
            result = target(*args, **kwargs)
        callback(result)

    def terminate_job(self, _pid: int, _signal: int | None = None) -> None:
        """The worker is to end at once: its task is rolled back, and the message goes to another worker."""
        raise WorkerTerminate(1)

    def rest(self) -> None:
        """Disarm the hard limit: no task is running. Must be called every few seconds, or an idle process is killed."""
        if self._watched_since:
            faulthandler.cancel_dump_traceback_later()
            self._watched_since = 0.0

    def _watch(self, now: float) -> None:
        """Kill the process unless it rests, or begins another task, within the hard limit.

        faulthandler needs neither the main thread nor the GIL, and writes the stack of every thread to stderr. Arming
        it starts a thread, so it is not done for each task: the limit of a task may be shorter by up to one tick.
        """
        faulthandler.dump_traceback_later(self.options["timeout"], exit=True)
        self._watched_since = now


@contextmanager
def limited(soft_seconds: float, *, on_tick: Callable[[], None]) -> Iterator[None]:
    """Raise SoftTimeLimitExceeded in the body of the ``with`` after so many seconds, once.

    ``on_tick`` is called every ``TICK_SECONDS`` by a signal handler, that is between two bytecodes of the body, and
    must not raise.
    """
    ends_at = time.monotonic() + soft_seconds

    def wind() -> None:
        signal.setitimer(signal.ITIMER_REAL, max(min(TICK_SECONDS, ends_at - time.monotonic()), 0.001))

    def tick(_number: int, _frame: FrameType | None) -> None:
        nonlocal ends_at
        on_tick()
        is_late = time.monotonic() >= ends_at
        if is_late:
            ends_at = float("inf")  # raised once
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
