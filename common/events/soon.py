"""Debounced tasks: a task that is asked for many times within a short while runs once at the end of it.

The request is kept in this process only and lost with it, so such a task must be scheduled as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

RunLater = Callable[[float, Callable[[], None]], object]
Do = Callable[[str], None]


class Soon:
    """The tasks asked for in this process. In a process that is no worker nothing runs, and the schedule has to do."""

    def __init__(self) -> None:
        self._run_later: RunLater | None = None
        self._do: Do | None = None
        self._asked: set[str] = set()

    def serve(self, run_later: RunLater, do: Do) -> None:
        """Run tasks that are asked for from now on, and forget those that were asked for before."""
        self._run_later, self._do = run_later, do
        self._asked.clear()

    def ask(self, task: str, *, seconds: float) -> None:
        """Run the task of this name after so many seconds, unless it is waiting to run already."""
        if self._run_later is None or task in self._asked:
            return
        self._asked.add(task)
        self._run_later(seconds, partial(self._begin, task))

    def _begin(self, task: str) -> None:
        self._asked.discard(task)  # first: a change during the run needs another one
        if self._do is not None:
            self._do(task)


_soon = Soon()
serve = _soon.serve
ask = _soon.ask
