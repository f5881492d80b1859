"""Which line took which name: kept on disk, so that it does not matter how many there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable


class TakenNames:
    """Names, each taken once; SQLite's temporary database goes when it is closed."""

    def __init__(self) -> None:
        self._names = sqlite3.connect("", isolation_level=None)
        self._names.execute("CREATE TABLE taken (name TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._names.execute("BEGIN")

    def take(self, names: Iterable[str], *, line: int) -> tuple[str, int] | None:
        """Take them all; or none, and return one that is taken with its line."""
        names = list(names)
        for name in names:
            found = self._names.execute("SELECT line FROM taken WHERE name = ?", [name]).fetchone()
            if found:
                return name, found[0]
        self._names.executemany("INSERT INTO taken VALUES (?, ?)", [(name, line) for name in names])
        return None

    def close(self) -> None:
        """Forget them."""
        self._names.close()
