"""Looking for uploads whose answer was lost: no route lists files, so the books of file_svc are read."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

_FIND = "SELECT id FROM files_storedfile WHERE status = 'stored' AND name = %s"
_TIMEOUT_SECONDS = 5


def uploads_in(database_url: str) -> Callable[[str], list[str]]:
    """What finds the stored files of a name in this database. It only reads."""

    def find(name: str) -> list[str]:
        options = "-c default_transaction_read_only=on -c statement_timeout=60s"
        with psycopg.connect(database_url, connect_timeout=_TIMEOUT_SECONDS, options=options) as connection:
            return [str(row[0]) for row in connection.execute(_FIND, [name])]

    return find
