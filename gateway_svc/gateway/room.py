"""How much of what is on its way may lie in the gateway, all requests together."""

from __future__ import annotations


class Room:
    """So many bytes, in memory or on disk."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._taken = 0

    @property
    def is_full(self) -> bool:
        """Whoever can wait with more does."""
        return self._taken >= self._most

    def take(self, size: int) -> None:
        """Some more lies here now."""
        self._taken += size

    def give_back(self, size: int) -> None:
        """It does not any more."""
        self._taken -= size
