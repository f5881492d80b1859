"""All rows that belong to one order, in every database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

Connections = Mapping[str, psycopg.Connection[Any]]

_TABLES = """
    SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname
"""
# Without identity and generated columns, which the database fills in.
_COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = ''
    ORDER BY attnum
"""
# A uuid column with a unique index of its own is taken for an id of the row.
_NAMES = """
    SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
    WHERE indrelid = %s::regclass AND indisunique AND indnkeyatts = 1 AND indpred IS NULL AND atttypid = 'uuid'::regtype
"""


@dataclass(frozen=True)
class Row:
    """A row: the values of its columns as text, and their SQL types, by column."""

    table: str
    values: Mapping[str, str | None]
    types: Mapping[str, str]


@dataclass(frozen=True)
class Model:
    """The rows that belong to an order, by database, and the ids that have to be new in each copy."""

    rows: Mapping[str, list[Row]]
    ids: frozenset[str]


def find_model(databases: Connections, *known: str) -> Model:
    """Find all rows that contain one of the ids ``known``; then those that contain ids of these rows, until no more."""
    ids: frozenset[str] = frozenset()
    found = frozenset(known)
    rows: dict[str, list[Row]] = {}
    while found != ids:
        ids = found
        for name, database in databases.items():
            rows[name] = list(_rows_with(database, ids))
            found |= {own for row in rows[name] for own in _own_ids(database, row)}
    return Model(rows, ids)


def _rows_with(database: psycopg.Connection[Any], ids: frozenset[str]) -> Iterator[Row]:
    patterns = [f"%{own}%" for own in ids]
    for (table,) in database.execute(_TABLES).fetchall():
        types = dict(database.execute(_COLUMNS, [table]).fetchall())
        columns = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in types)
        query = sql.SQL("SELECT {} FROM {} AS whole WHERE whole::text LIKE ANY (%s)")
        for values in database.execute(query.format(columns, sql.Identifier(table)), [patterns]):
            yield Row(table, dict(zip(types, values, strict=True)), types)


def _own_ids(database: psycopg.Connection[Any], row: Row) -> Iterator[str]:
    for (name,) in database.execute(_NAMES, [row.table]).fetchall():
        value = row.values.get(name)
        if value:
            yield value
