"""How many SQL statements each service sends, as counted by pg_stat_statements."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from common.topology import SERVICES
from ops.bench.stage import Stage

# Each savepoint has a name of its own, and so an entry of its own; beyond the maximum, entries are dropped.
_SETTINGS = "\nshared_preload_libraries = 'pg_stat_statements'\npg_stat_statements.max = 100000\n"
_IS_AVAILABLE = "SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements'"
_IS_LOADED = "SELECT FROM pg_settings WHERE name = 'shared_preload_libraries' AND setting LIKE '%pg_stat_statements%'"
_COUNTED = """
    SELECT role.rolname, regexp_replace(seen.query, '(SAVEPOINT) .*', '\\1'),
        sum(seen.calls)::bigint AS calls, sum(seen.total_exec_time)
    FROM pg_stat_statements AS seen JOIN pg_roles AS role ON role.oid = seen.userid
    WHERE role.rolname = ANY(%s) GROUP BY 1, 2 ORDER BY calls DESC
"""
_NAMES = [service.name for service in SERVICES]


@dataclass(frozen=True)
class Statement:
    """One statement of a service, without its values."""

    service: str
    query: str
    calls: int
    milliseconds: float
    """The time in which PostgreSQL executed all its calls."""

    @property
    def is_sent(self) -> bool:
        """Whether the service sent it: PostgreSQL checks foreign keys by statements of its own."""
        return "OPERATOR(pg_catalog.=)" not in self.query


class Statements:
    """Counts since the last ``begin``; nothing if PostgreSQL lacks the extension.

    Restarts the platform if the extension has to be loaded first.
    """

    def __init__(self, stage: Stage) -> None:
        self._url = stage.administrators_url()
        if self._prepare():
            stage.restart()
        with self._connect() as connection:
            self._is_loaded = bool(connection.execute(_IS_LOADED).rowcount)
            if self._is_loaded:
                connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")

    def begin(self) -> None:
        """Reset the counters."""
        if self._is_loaded:
            with self._connect() as connection:
                connection.execute("SELECT pg_stat_statements_reset()")

    def counted(self) -> list[Statement]:
        """All statements since then, the most frequent first."""
        if not self._is_loaded:
            return []
        with self._connect() as connection:
            return [Statement(*row) for row in connection.execute(_COUNTED, [_NAMES])]

    def _prepare(self) -> bool:
        """Configure the extension if need be. Returns whether PostgreSQL has to be restarted for it."""
        with self._connect() as connection:
            if connection.execute(_IS_LOADED).rowcount or not connection.execute(_IS_AVAILABLE).rowcount:
                return False
            row = connection.execute("SHOW config_file").fetchone() or [""]
        with Path(row[0]).open("a") as settings:
            settings.write(_SETTINGS)
        return True

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._url, autocommit=True, connect_timeout=3)
