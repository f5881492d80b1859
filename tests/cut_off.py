"""Interrupting migrations between two of their steps, and running them again."""

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
    """The migration was interrupted here."""


class Rerun:
    """One migration of the service under test, which can be unapplied and applied any number of times."""

    def __init__(self, app: str, name: str) -> None:
        loader = MigrationLoader(connection)
        self._migration = loader.get_migration(app, name)
        self._before = loader.project_state((app, name), at_end=False)

    def cut_off_everywhere(self) -> Iterator[int]:
        """Interrupt it after no step, after one, after two … and after the last, and each time run it again."""
        operations = self._migration.operations
        for done in range(len(operations) + 1):
            self.take_back()
            with pytest.raises(CutOffError):
                self.run_instead(*operations[:done], migrations.RunPython(_cut))
            self.run()
            yield done

    def take_back(self) -> None:
        """Unapply it."""
        with connection.schema_editor(atomic=self._migration.atomic) as editor:
            self._migration.unapply(self._state(), editor)

    def run(self) -> None:
        """Apply it, as ``migrate`` does."""
        with connection.schema_editor(atomic=self._migration.atomic) as editor:
            self._migration.apply(self._state(), editor)

    def run_instead(self, *operations: Operation) -> None:
        """Apply only these operations, as if they were the whole migration."""
        its_own, self._migration.operations = self._migration.operations, list(operations)
        try:
            self.run()
        finally:
            self._migration.operations = its_own

    def _state(self) -> ProjectState:
        return self._before.clone()


def schema() -> set[tuple[Any, ...]]:
    """The columns, indexes, constraints and triggers of the database."""
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        return set(cursor.fetchall())


def begin_index(database_url: str, table: str, statement: str) -> None:
    """Leave an invalid index, cancelled while it waited for a writing transaction: its name is taken."""
    with psycopg.connect(database_url) as writer, psycopg.connect(database_url, autocommit=True) as other:
        writer.execute(f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
        other.execute("SET lock_timeout = '20ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(statement)


def _cut(apps: Any, editor: Any) -> None:
    raise CutOffError
