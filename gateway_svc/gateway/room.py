"""The limit on what all requests together may buffer."""

from __future__ import annotations


class Room:
    """Counts bytes that are buffered in memory or on disk."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._taken = 0

    @property
    def is_full(self) -> bool:
        """No more should be buffered where that can wait."""
        return self._taken >= self._most

    def take(self, size: int) -> None:
        """So many bytes more are buffered."""
        self._taken += size

    def give_back(self, size: int) -> None:
        """So many bytes fewer are."""
        self._taken -= size
