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


def publish(fact: Contract) -> None:
    """Write the fact down in the transaction under way.

    Raises PublishedOutsideTransaction where there is none: the change and the fact could come apart.
    """
    if not connection.in_atomic_block:
        raise PublishedOutsideTransaction(f"{fact.name} was published outside a transaction")
    names = correlation.current()
    OutboxMessage.objects.create(
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
