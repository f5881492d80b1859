"""Work that follows a change soon, done once for all that changes meanwhile.

What is asked for is known to this process alone, which may end before: so it must be done by schedule as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

RunLater = Callable[[float, Callable[[], None]], object]
Do = Callable[[str], None]


class Soon:
    """What was asked for, one a process. Where no worker serves nothing is done, and the schedule has to do."""

    def __init__(self) -> None:
        self._run_later: RunLater | None = None
        self._do: Do | None = None
        self._asked: set[str] = set()

    def serve(self, run_later: RunLater, do: Do) -> None:
        """From here on do the tasks that are asked for. What was asked for before is nobody's any more."""
        self._run_later, self._do = run_later, do
        self._asked.clear()

    def ask(self, task: str, *, seconds: float) -> None:
        """Have the task of this name done so much later, unless it was asked for already and is still to be done."""
        if self._run_later is None or task in self._asked:
            return
        self._asked.add(task)
        self._run_later(seconds, partial(self._begin, task))

    def _begin(self, task: str) -> None:
        self._asked.discard(task)  # first: what changes from here on is for the next time
        if self._do is not None:
            self._do(task)


_soon = Soon()
serve = _soon.serve
ask = _soon.ask
