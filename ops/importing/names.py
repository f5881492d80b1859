"""The line of each name, kept on disk, so that any number of them is possible."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable


class TakenNames:
    """Names that must be unique, in a temporary database of SQLite, which is deleted when it is closed."""

    def __init__(self) -> None:
        self._names = sqlite3.connect("", isolation_level=None)
        self._names.execute("CREATE TABLE taken (name TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._names.execute("BEGIN")

    def take(self, names: Iterable[str], *, line: int) -> tuple[str, int] | None:
        """Take all these names. If one is taken already, take none, and return that one with its line."""
        names = list(names)
        for name in names:
            found = self._names.execute("SELECT line FROM taken WHERE name = ?", [name]).fetchone()
            if found:
                return name, found[0]
        self._names.executemany("INSERT INTO taken VALUES (?, ?)", [(name, line) for name in names])
        return None

    def close(self) -> None:
        """Delete the database."""
        self._names.close()
