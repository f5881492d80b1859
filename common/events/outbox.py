"""Telling a fact: written down now, sent by the relay after the commit."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from functools import partial

from django.db import connection, transaction

from common import clock
from common.contracts import Contract
from common.events import measures, spans
from common.events.models import OutboxMessage
from common.observability import tracing
from common.observability.correlation import Correlation


class PublishedOutsideTransaction(RuntimeError):
    """A fact must commit with the change it tells of, or not at all."""


def publish(*facts: Contract) -> None:
    """Write facts down in the transaction under way, in this order; several cost one statement.

    Raises PublishedOutsideTransaction where there is none: the change and the fact could come apart.
    """
    if not connection.in_atomic_block:
        names = ", ".join(fact.name for fact in facts)
        raise PublishedOutsideTransaction(f"{names} published outside a transaction")
    OutboxMessage.objects.bulk_create(_message(fact) for fact in facts)
    transaction.on_commit(partial(_count, [fact.name for fact in facts]))


def _count(names: Iterable[str]) -> None:
    for name in names:
        measures.TOLD.labels(name).inc()


def _message(fact: Contract) -> OutboxMessage:
    fact_id = uuid.uuid4()
    with tracing.step(
        tracing.PRODUCER, f"create {fact.name}", spans.attributes("create", fact.name, str(fact_id))
    ) as names:
        return _row(fact, fact_id, names)


def _row(fact: Contract, fact_id: uuid.UUID, names: Correlation) -> OutboxMessage:
    return OutboxMessage(
        fact_id=fact_id,
        name=fact.name,
        aggregate=fact.aggregate,
        version=fact.version,
        is_required=fact.required,
        request_id=names.request_id,
        traceparent=names.traceparent,
        data=fact.data(),
        occurred_at=clock.now(),
    )
