"""Writing made rows into the service's database, as fast as it takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Field
from psycopg import sql

from product_svc.catalog.management.filling.products import COLUMNS, Rows

_INDEXES = """
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indrelid = ANY(%(tables)s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
# Keys of others that point here, too: they lean on a primary key.
_KEYS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
        format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE contype IN ('f', 'p', 'u') AND (conrelid = ANY(%(tables)s::regclass[]) OR
        (contype = 'f' AND confrelid = ANY(%(tables)s::regclass[])))
    ORDER BY contype = 'f' DESC
"""


def table_of(label: str) -> str:
    """The table of a model that is named ``app.Model``."""
    return str(apps.get_model(label)._meta.db_table)


@contextmanager
def without_indexes() -> Iterator[None]:
    """Take all keys and indexes away, and build them again at the end: row by row they cost twice what the rows do.

    In the caller's transaction, so that they are back whatever happens.
    """
    tables = [table_of(label) for label in COLUMNS]
    with connection.cursor() as cursor:
        found: list[tuple[str, str]] = []
        for query in (_INDEXES, _KEYS):
            cursor.execute(query, {"tables": tables})
            found += cursor.fetchall()
        for drop, _ in found:
            cursor.execute(drop)
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for _, build in reversed(found):
            cursor.execute(build)


def write(rows: Rows) -> None:
    """Copy rows into their tables, parents first."""
    for label, columns in COLUMNS.items():
        copy(label, columns.split(), rows[label])


def copy(label: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Copy rows into a model's table; what they do not say is as the model has it by default."""
    model = apps.get_model(label)
    others = [field for field in model._meta.concrete_fields if field.column not in columns and _needs_a_value(field)]
    same = tuple(field.get_db_prep_save(field.get_default(), connection) for field in others)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, [*columns, *(field.column for field in others)])),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copying:
        for row in rows:
            copying.write_row(row + same)


def _needs_a_value(field: Field[Any, Any]) -> bool:
    return not (field.generated or field.has_db_default() or field.null or field.get_internal_type() == "BigAutoField")
