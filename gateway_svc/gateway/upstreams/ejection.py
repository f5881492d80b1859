"""Leaving out an instance that fails, for longer each time."""

from __future__ import annotations

CONSECUTIVE_FAILURES = 5
LONGEST_SECONDS = 300.0
FOREVER = float("inf")


def most_ejected(instances: int) -> int:
    """Never more than half of them, and never the last one."""
    return instances // 2


class Ejection:
    """What one instance has on its account. ``now`` is any clock that only goes forward."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._failures = 0
        self._times = 0
        self.until = -FOREVER

    def succeeded(self) -> None:
        """It answered."""
        self._failures = 0

    def failed(self) -> None:
        """It did not."""
        self._failures += 1

    @property
    def is_due(self) -> bool:
        """It failed so often in a row that it had better be left out."""
        return self._failures >= CONSECUTIVE_FAILURES

    def is_out(self, now: float) -> bool:
        """It is left out."""
        return now < self.until

    def begin(self, now: float) -> None:
        """Leave it out: as often as before, as many times as long. Each such time without trouble, one is forgotten."""
        if self._times:
            self._times = max(0, self._times - int((now - self.until) / self._seconds))
        self._times += 1
        self._failures = 0
        self.until = now + min(self._seconds * self._times, LONGEST_SECONDS)

    def pardon(self, now: float) -> None:
        """It says that it is well again: that is believed the first time."""
        if self._times == 1 and self.is_out(now):
            self.until = now
