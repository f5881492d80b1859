"""How the last seconds went."""

from __future__ import annotations


class Window:
    """What went well and what did not, second by second; what is older is forgotten."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self.clear()

    def clear(self) -> None:
        """Forget all of it."""
        self._slots = [[-1, 0, 0] for _ in range(self._seconds)]

    def note(self, *, is_good: bool, now: float) -> None:
        """One more."""
        second = int(now)
        slot = self._slots[second % self._seconds]
        if slot[0] != second:
            slot[:] = second, 0, 0
        slot[1 if is_good else 2] += 1

    def totals(self, now: float) -> tuple[int, int]:
        """How many went well, and how many did not."""
        oldest = int(now) - self._seconds
        recent = [slot for slot in self._slots if slot[0] > oldest]
        return sum(slot[1] for slot in recent), sum(slot[2] for slot in recent)
