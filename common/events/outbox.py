"""Telling a fact: written down now, sent by the relay after the commit."""

from __future__ import annotations

import uuid

from django.db import connection

from common import clock
from common.contracts import Contract
from common.events.models import OutboxMessage
from common.observability import correlation


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


def _message(fact: Contract) -> OutboxMessage:
    names = correlation.current()
    return OutboxMessage(
        fact_id=uuid.uuid4(),
        name=fact.name,
        aggregate=fact.aggregate,
        version=fact.version,
        is_required=fact.required,
        request_id=names.request_id,
        traceparent=names.traceparent,
        data=fact.data(),
        occurred_at=clock.now(),
    )
