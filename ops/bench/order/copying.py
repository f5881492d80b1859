"""Copies of an order's rows, made by the database itself.

Each copy has its own ids, number, customer and time. All of these are computed from those of the original and the
copy's position ``n``, so that all databases agree on them without any exchange.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from psycopg import sql

from ops.bench.order.model import Row

BATCH = 5000
ORDERS_A_CUSTOMER = 10

# The age of the oldest copy; the newest is of now. Services delete some things that are older than a week.
_PAST = timedelta(days=6)
_MILLISECOND = timedelta(milliseconds=1)
_COUNTED = {("notifications_notification", "sequence")}
"""Columns that count upwards from row to row."""


@dataclass(frozen=True)
class Copying:
    """One order, and the positions ``n`` of the copies to be made of it."""

    ids: frozenset[str]
    number: str
    customer_id: str
    numbers: range

    def batches(self) -> Iterator[range]:
        """The positions, ``BATCH`` at a time."""
        for first in range(0, len(self.numbers), BATCH):
            yield self.numbers[first : first + BATCH]

    def statement(self, row: Row, batch: range) -> sql.Composed:
        """The INSERT of a batch of copies of a row."""
        return sql.SQL("INSERT INTO {} ({}) SELECT {} FROM generate_series({}, {}) AS n").format(
            sql.Identifier(row.table),
            sql.SQL(", ").join(map(sql.Identifier, row.values)),
            sql.SQL(", ").join(self._value(row, column) for column in row.values),
            sql.Literal(batch[0]),
            sql.Literal(batch[-1]),
        )

    def _value(self, row: Row, column: str) -> sql.Composable:
        text, kind = row.values[column], sql.SQL(row.types[column])
        if text is None:
            return sql.SQL("NULL")
        if row.types[column] == "timestamp with time zone":
            share = sql.Literal(len(self.numbers))
            return sql.SQL("{}::timestamptz - ({} - n) / {}::float8 * {}").format(
                sql.Literal(text), sql.Literal(self.numbers[-1]), share, sql.Literal(_PAST)
            )
        if (row.table, column) in _COUNTED:
            return sql.SQL("{}::{} + n").format(sql.Literal(text), kind)
        return sql.SQL("({})::{}").format(self._renamed(text), kind)

    def _renamed(self, text: str) -> sql.Composable:
        """The text with every id, customer and number in it replaced by the copy's."""
        renamed: sql.Composable = sql.Literal(text)
        for old, new in self._names():
            if old in text:
                renamed = sql.SQL("replace({}, {}, {})").format(renamed, sql.Literal(old), new)
        return renamed

    def _names(self) -> Iterator[tuple[str, sql.Composable]]:
        for own in self.ids:
            yield own, sql.SQL("({})::uuid::text").format(_id_like(UUID(own), of=self.numbers))
        customer = sql.SQL("md5({} || n / {})::uuid::text")
        yield self.customer_id, customer.format(sql.Literal(self.customer_id), sql.Literal(ORDERS_A_CUSTOMER))
        yield self.number, sql.SQL("'OC-' || lpad(upper(to_hex(n)), 10, '0')")


def _id_like(own: UUID, *, of: range) -> sql.Composable:
    """The copy's id, as hexadecimal digits; if the original's is a UUIDv7, with the time of the copy in it."""
    drawn = sql.SQL("md5({} || n)").format(sql.Literal(str(own)))
    if own.version != 7:
        return drawn
    age = sql.SQL("({} - n) * {}::bigint / {}").format(*map(sql.Literal, (of[-1], _PAST // _MILLISECOND, len(of))))
    time = sql.SQL("lpad(to_hex({} - {}), 12, '0')").format(sql.Literal(own.int >> 80), age)
    return sql.SQL("overlay(overlay({} PLACING {} || '7' FROM 1 FOR 13) PLACING '8' FROM 17)").format(drawn, time)
