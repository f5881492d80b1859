"""How many requests may be made again, so that trouble does not make more trouble."""

from __future__ import annotations

SHARE_OF_ACTIVE = 0.2
ALWAYS = 3


class RetryBudget:
    """At any moment, retries are a fifth of the requests under way, or three (Envoy's retry budget)."""

    def __init__(self) -> None:
        self._under_way = 0

    def begin(self, *, active: int) -> bool:
        """Whether one more may be made now; who may has to end it."""
        if self._under_way >= max(ALWAYS, SHARE_OF_ACTIVE * active):
            return False
        self._under_way += 1
        return True

    def end(self) -> None:
        """One is done."""
        self._under_way -= 1
