"""A timeout for each of many waits in turn, with one timer for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_NEVER = float("inf")


class Deadline:
    """Most waits end long before their timeout, so setting and cancelling a timer for each costs more than one timer
    that looks, when it fires, whether the current timeout has passed.
    """

    __slots__ = ("_at", "_loop", "_passed", "_timer", "_wakes_at")

    def __init__(self, passed: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._passed = passed
        self._at = self._wakes_at = _NEVER
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> None:
        """Start a wait that may take so many seconds."""
        self._at = self._loop.time() + seconds
        if self._at < self._wakes_at:
            self.end()
            self._wake_at(self._at)

    def none(self) -> None:
        """The wait is over."""
        self._at = _NEVER

    def end(self) -> None:
        """No further wait will start: release the timer."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _wake_at(self, moment: float) -> None:
        self._wakes_at = moment
        self._timer = self._loop.call_at(moment, self._look)

    def _look(self) -> None:
        self._timer, self._wakes_at = None, _NEVER
        if self._at <= self._loop.time():
            self._at = _NEVER
            self._passed()
        elif self._at < _NEVER:
            self._wake_at(self._at)
