"""What an instance says of itself."""

from __future__ import annotations

TIMES_IN_A_ROW = 2


class Health:
    """One answer changes nothing; two of the same kind, one after the other, do."""

    def __init__(self) -> None:
        self.is_ready = True
        self._in_a_row = 0
        self._was_good = True

    def note(self, *, is_good: bool) -> None:
        """It was asked whether it is ready."""
        self._in_a_row = self._in_a_row + 1 if is_good is self._was_good else 1
        self._was_good = is_good
        if self.is_sure:
            self.is_ready = is_good

    @property
    def is_sure(self) -> bool:
        """The last answers were of one kind."""
        return self._in_a_row >= TIMES_IN_A_ROW
