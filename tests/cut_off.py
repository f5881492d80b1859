"""Migrations that are cut off between two of their steps, and run again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

SCHEMA = """
    SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull::text
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid::text, ''
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated::text
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '' FROM pg_trigger WHERE NOT tgisinternal
"""


class CutOffError(Exception):
    """The migration got no further."""


class Rerun:
    """One migration of the service under test, taken back and run once more, as often as wanted."""

    def __init__(self, app: str, name: str) -> None:
        loader = MigrationLoader(connection)
        self._migration = loader.get_migration(app, name)
        self._before = loader.project_state((app, name), at_end=False)

    def cut_off_everywhere(self) -> Iterator[int]:
        """Cut off after no step, after one, after two … and after the last, and each time run again."""
        operations = self._migration.operations
        for done in range(len(operations) + 1):
            self.take_back()
            with pytest.raises(CutOffError):
                self.run_instead(*operations[:done], migrations.RunPython(_cut))
            self.run()
            yield done

    def take_back(self) -> None:
        """As if it had never been applied."""
        with connection.schema_editor(atomic=self._migration.atomic) as editor:
            self._migration.unapply(self._state(), editor)

    def run(self) -> None:
        """As ``migrate`` does it."""
        with connection.schema_editor(atomic=self._migration.atomic) as editor:
            self._migration.apply(self._state(), editor)

    def run_instead(self, *operations: Operation) -> None:
        """These, as if they were all that it does."""
        its_own, self._migration.operations = self._migration.operations, list(operations)
        try:
            self.run()
        finally:
            self._migration.operations = its_own

    def _state(self) -> ProjectState:
        return self._before.clone()


def schema() -> set[tuple[Any, ...]]:
    """All that migrations make."""
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        return set(cursor.fetchall())


def begin_index(database_url: str, table: str, statement: str) -> None:
    """An index that was cancelled while it waited for somebody who writes: its name is taken, and nobody may use it."""
    with psycopg.connect(database_url) as writer, psycopg.connect(database_url, autocommit=True) as other:
        writer.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
        other.execute("SET lock_timeout = '20ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(statement)


def _cut(apps: Any, editor: Any) -> None:
    raise CutOffError
