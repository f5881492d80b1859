"""Leaving a service alone that does not answer anyway."""

from __future__ import annotations

from enum import IntEnum

from gateway_svc.gateway.upstreams.window import Window

WINDOW_SECONDS = 10
FAILING_SHARE = 0.3
TRIAL_SECONDS = 2.0
"""Whoever tries and hears nothing for so long may wait on; that the service hangs is clear by then."""


class State(IntEnum):
    """As metrics show it."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    """Closed, all may pass. It opens when, of enough requests, too large a share failed; some seconds later it lets one
    try, which closes it or leaves it open for as long again. ``now`` is any clock that only goes forward.
    """

    def __init__(self, *, least_requests: int, open_seconds: float) -> None:
        self._least_requests = least_requests
        self._open_seconds = open_seconds
        self._window = Window(WINDOW_SECONDS)
        self._opened_at: float | None = None
        self._tried_at: float | None = None

    def admit(self, now: float) -> bool:
        """Whether a request may pass. Whoever may has to report how it went."""
        if self._opened_at is None:
            return True
        if self.open_for(now) > 0 or self._is_tried(now):
            return False
        self._tried_at = now
        return True

    def report(self, *, is_good: bool | None, began_at: float, now: float) -> bool:
        """How a request went that was admitted at ``began_at``; None when that says nothing about the service. Returns
        whether that opened or closed it.
        """
        if self._opened_at is None:
            return is_good is not None and self._opens_at(now, is_good=is_good)
        if self._tried_at is None or began_at < self._tried_at:
            return False
        return self._judge(now, is_good=is_good)

    @property
    def is_open(self) -> bool:
        """All but those who try are turned away."""
        return self._opened_at is not None

    def open_for(self, now: float) -> float:
        """Seconds until somebody may try, or try again."""
        if self._opened_at is None:
            return 0.0
        since = self._opened_at
        if self._tried_at is not None and not self._is_tried(now):
            since = self._tried_at + TRIAL_SECONDS
        return max(0.0, since + self._open_seconds - now)

    def state(self, now: float) -> State:
        """What it does at this moment."""
        if self._opened_at is None:
            return State.CLOSED
        return State.OPEN if self.open_for(now) > 0 else State.HALF_OPEN

    def _is_tried(self, now: float) -> bool:
        """Somebody tries, and may still hear."""
        return self._tried_at is not None and now < self._tried_at + TRIAL_SECONDS

    def _judge(self, now: float, *, is_good: bool | None) -> bool:
        """By how the last try ended, however late. Returns whether that closed it."""
        is_late, tried_at = not self._is_tried(now), self._tried_at or now
        self._tried_at = None
        if is_good:
            self._opened_at = None
            self._window.clear()
            return True
        if is_late or is_good is False:
            self._opened_at = min(now, tried_at + TRIAL_SECONDS)
        return False

    def _opens_at(self, now: float, *, is_good: bool) -> bool:
        self._window.note(is_good=is_good, now=now)
        if is_good or not self._is_too_bad(now):
            return False
        self._opened_at = now
        return True

    def _is_too_bad(self, now: float) -> bool:
        good, bad = self._window.totals(now)
        return good + bad >= self._least_requests and bad > FAILING_SHARE * (good + bad)
