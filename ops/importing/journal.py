"""A write-ahead journal of an import's uploads, so that after a kill the next import can clean up."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ops.errors import OpsError
from ops.platform import Platform

_TABLES = """
    CREATE TABLE IF NOT EXISTS doubtful (sku TEXT, file_id TEXT, PRIMARY KEY (sku, file_id)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS sent (id INTEGER PRIMARY KEY, sku TEXT, name TEXT, at REAL);
"""


@dataclass(frozen=True)
class Sent:
    """An upload that was begun, and whose outcome is not known."""

    id: int
    sku: str
    name: str
    """Unique, since it is made of the SKU and the picture's checksum."""
    at: float


class Journal:
    """Files of which it is not certain, during an import, that a product shows them.

    These are uploads that were sent, files that are stored for a product not written yet, and files that a product will
    no longer show once it is changed. All are forgotten when the product is written.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._claim = _claimed(path.with_suffix(".lock"))
        self._turn = threading.Lock()
        self._pages = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._pages.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLES}")

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The journal of this run, deleted with its data. Raises OpsError while another import uses it."""
        return cls(platform.state.directory / "import.sqlite")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pages.close()
        os.close(self._claim)

    def send(self, sku: str, *, name: str) -> int:
        """Note that an upload for the product of this SKU is about to be sent. Returns an id for ``answer``."""
        row = "INSERT INTO sent (sku, name, at) VALUES (?, ?, ?) RETURNING id"
        return int(self._do(row, sku, name, time.time())[0][0])

    def answer(self, sent: int, *, sku: str, file_id: str | None) -> None:
        """Note that the upload became this file; with None, that it certainly became none."""
        if file_id:
            self.doubt(sku, [file_id])
        self._do("DELETE FROM sent WHERE id = ?", sent)

    def doubt(self, sku: str, file_ids: Iterable[str]) -> None:
        """Note files of which it is open whether the product will show them."""
        for file_id in file_ids:
            self._do("INSERT OR IGNORE INTO doubtful VALUES (?, ?)", sku, file_id)

    def doubtful(self, sku: str) -> set[str]:
        """The files of a product that are in doubt."""
        return {row[0] for row in self._do("SELECT file_id FROM doubtful WHERE sku = ?", sku)}

    def settle(self, sku: str) -> None:
        """Forget the product's files: it is written, and those it does not show are deleted."""
        self._do("DELETE FROM doubtful WHERE sku = ?", sku)

    def skus(self) -> list[str]:
        """The products that have files in doubt, by SKU."""
        return [row[0] for row in self._do("SELECT DISTINCT sku FROM doubtful")]

    def unanswered(self) -> list[Sent]:
        """The uploads whose outcome is not known."""
        return [Sent(*row) for row in self._do("SELECT id, sku, name, at FROM sent")]

    def _do(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._turn:
            return self._pages.execute(sql, values).fetchall()


def _claimed(path: Path) -> int:
    """Take a file lock that is released when this process ends in any way. Returns its descriptor. Raises OpsError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise OpsError("Another import is under way in this checkout. Let it end, then run this one again.") from None
    return descriptor
