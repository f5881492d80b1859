"""Where answers are kept: so many bytes, the least recently used thrown out first."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterable

from gateway_svc.catalogue.rules import EVERYTHING
from gateway_svc.gateway.cache.entry import Entry

Key = bytes


class Store:
    """All on one event loop. What belongs to a group is found without looking through the rest."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._by_group: dict[str, set[Key]] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Entry | None:
        """What is kept under this key, however old."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: Key, entry: Entry) -> bool:
        """Keep it, and throw out what there is no more room for. False when it is itself too large."""
        self.forget(key)
        if _size(key, entry) > self._most_bytes:
            return False
        self._entries[key] = entry
        self.bytes += _size(key, entry)
        for group in entry.groups:
            self._by_group.setdefault(group, set()).add(key)
        while self.bytes > self._most_bytes:
            self.forget(next(iter(self._entries)))
        return True

    def forget(self, key: Key) -> None:
        """Forget what is kept under this key, if anything is."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.bytes -= _size(key, entry)
        for group in entry.groups:
            keys = self._by_group[group]
            keys.discard(key)
            if not keys:
                del self._by_group[group]

    def drop(self, groups: Iterable[str]) -> None:
        """Forget all that belongs to any of these groups."""
        for group in groups:
            if group == EVERYTHING:
                return self.clear()
            for key in list(self._by_group.get(group, ())):
                self.forget(key)
        return None

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._by_group.clear()
        self.bytes = 0


def _size(key: Key, entry: Entry) -> int:
    return sys.getsizeof(key) + entry.size
