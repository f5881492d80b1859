"""Leaving a service alone that does not answer anyway."""

from __future__ import annotations

from enum import IntEnum

from gateway_svc.gateway.upstreams.window import Window

WINDOW_SECONDS = 10
FAILING_SHARE = 0.3


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
        if self._tried_at is not None or self.open_for(now) > 0:
            return False
        self._tried_at = now
        return True

    def report(self, *, is_good: bool | None, began_at: float, now: float) -> bool:
        """How a request went that was admitted at ``began_at``; None when that says nothing about the service. Returns
        whether that opened or closed it.
        """
        was_open = self._opened_at is not None
        if not was_open:
            if is_good is not None:
                self._note(is_good=is_good, now=now)
        elif self._tried_at is not None and began_at >= self._tried_at:
            self._tried_at = None
            if is_good is not None:
                self._decide(is_good=is_good, now=now)
        return was_open is not self.is_open

    @property
    def is_open(self) -> bool:
        """All but those who try are turned away."""
        return self._opened_at is not None

    def open_for(self, now: float) -> float:
        """Seconds until somebody may try."""
        return 0.0 if self._opened_at is None else max(0.0, self._opened_at + self._open_seconds - now)

    def state(self, now: float) -> State:
        """What it does at this moment."""
        if self._opened_at is None:
            return State.CLOSED
        return State.OPEN if self.open_for(now) > 0 else State.HALF_OPEN

    def _note(self, *, is_good: bool, now: float) -> None:
        self._window.note(is_good=is_good, now=now)
        if not is_good and self._is_too_bad(now):
            self._opened_at = now

    def _is_too_bad(self, now: float) -> bool:
        good, bad = self._window.totals(now)
        return good + bad >= self._least_requests and bad > FAILING_SHARE * (good + bad)

    def _decide(self, *, is_good: bool, now: float) -> None:
        """Somebody has tried."""
        self._opened_at = None if is_good else now
        self._window.clear()
