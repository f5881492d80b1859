"""Telling a fact: written down now, sent by the relay after the commit."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from common import clock
from common.contracts import Contract
from common.events import measures, spans
from common.identity import time_ordered_id
from common.observability import tracing
from common.observability.correlation import Correlation

# Raw SQL, since nearly every change runs this: building it with the ORM took longer than everything else here.
_WRITE = """
    INSERT INTO events_outbox
        (fact_id, name, aggregate, version, is_required, request_id, traceparent, data, occurred_at)
    VALUES """
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"


class PublishedOutsideTransaction(RuntimeError):
    """A fact must commit with the change it tells of, or not at all."""


def publish(*facts: Contract) -> None:
    """Write facts to the outbox in the current transaction, in this order, with one statement.

    Raises PublishedOutsideTransaction if there is none: the change could be saved without the fact, or the reverse.
    """
    if not connection.in_atomic_block:
        names = ", ".join(fact.name for fact in facts)
        raise PublishedOutsideTransaction(f"{names} published outside a transaction")
    if not facts:
        return
    values = [value for fact in facts for value in _values(fact)]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE + ", ".join([_ROW] * len(facts)), values)
    transaction.on_commit(partial(_count, [fact.name for fact in facts]))


def _count(names: Iterable[str]) -> None:
    for name in names:
        measures.TOLD.labels(name).inc()


def _values(fact: Contract) -> tuple[Any, ...]:
    fact_id = time_ordered_id()
    with tracing.step(
        tracing.PRODUCER, f"create {fact.name}", spans.attributes("create", fact.name, str(fact_id))
    ) as names:
        return _row(fact, fact_id, names)


def _row(fact: Contract, fact_id: UUID, names: Correlation) -> tuple[Any, ...]:
    return (
        fact_id,
        fact.name,
        fact.aggregate,
        fact.version,
        fact.required,
        names.request_id,
        names.traceparent,
        Jsonb(fact.data()),
        clock.now(),
    )
