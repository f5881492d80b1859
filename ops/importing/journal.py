"""What an import has under way, written down before it is done, so that the next one can clear up after a kill."""

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
    """An upload that was begun, and whose answer never came."""

    id: int
    sku: str
    name: str
    """Nothing else has it: it is made of the SKU and of what is in the picture."""
    at: float


class Journal:
    """Files of which it is not certain, in the middle of an import, that their product shows them.

    There are uploads that were sent, those that are stored and go with a product not yet written, and those that a
    product shows no more once it is changed. All are forgotten when the product is written.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._claim = _claimed(path.with_suffix(".lock"))
        self._turn = threading.Lock()
        self._pages = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._pages.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLES}")

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The journal of this run of the platform, gone with its data. Raises OpsError while another import has it."""
        return cls(platform.state.directory / "import.sqlite")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pages.close()
        os.close(self._claim)

    def send(self, sku: str, *, name: str) -> int:
        """An upload for the product of this SKU is about to be sent. Returns what to call it."""
        row = "INSERT INTO sent (sku, name, at) VALUES (?, ?, ?) RETURNING id"
        return int(self._do(row, sku, name, time.time())[0][0])

    def answer(self, sent: int, *, sku: str, file_id: str | None) -> None:
        """It became this file; or none, for certain."""
        if file_id:
            self.doubt(sku, [file_id])
        self._do("DELETE FROM sent WHERE id = ?", sent)

    def doubt(self, sku: str, file_ids: Iterable[str]) -> None:
        """Whether the product will show these files is open now."""
        for file_id in file_ids:
            self._do("INSERT OR IGNORE INTO doubtful VALUES (?, ?)", sku, file_id)

    def doubtful(self, sku: str) -> set[str]:
        """The files of a product that are in doubt."""
        return {row[0] for row in self._do("SELECT file_id FROM doubtful WHERE sku = ?", sku)}

    def settle(self, sku: str) -> None:
        """The product is written, and what it does not show is deleted."""
        self._do("DELETE FROM doubtful WHERE sku = ?", sku)

    def skus(self) -> list[str]:
        """The products that an import was busy with when it ended."""
        return [row[0] for row in self._do("SELECT DISTINCT sku FROM doubtful")]

    def unanswered(self) -> list[Sent]:
        """The uploads of which nobody knows what became."""
        return [Sent(*row) for row in self._do("SELECT id, sku, name, at FROM sent")]

    def _do(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._turn:
            return self._pages.execute(sql, values).fetchall()


def _claimed(path: Path) -> int:
    """The descriptor of a lock that ends with this process, however that ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise OpsError("Another import is under way in this checkout. Let it end, then run this one again.") from None
    return descriptor
