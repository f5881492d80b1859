"""The orders of a run, as read from the services' databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from common.contracts import OrderConfirmed
from common.topology import ORDERS, SERVICES
from ops.bench.stage import Stage

_LIVES = """
    SELECT o.id::text, o.status, extract(epoch FROM o.placed_at)::float8, extract(epoch FROM told.occurred_at)::float8
    FROM orders_order AS o LEFT JOIN events_outbox AS told
        ON told.aggregate = o.id::text AND told.name = %s AND told.occurred_at >= to_timestamp(%s)
    WHERE o.id = ANY(%s::uuid[])
"""
_TOLD = "SELECT count(*) FROM events_outbox WHERE occurred_at >= to_timestamp(%s)"
_HEARD = "SELECT count(*) FROM events_inbox WHERE handled_at >= to_timestamp(%s)"


@dataclass(frozen=True)
class Life:
    """An order as order_svc has it."""

    status: str
    placed_at: float
    confirmed_at: float | None
    """When the fact was written to the outbox, a moment before the commit; None if it was not."""


@dataclass(frozen=True)
class Traffic:
    """How many facts one service told and heard since a run began."""

    told: int
    heard: int


def lives(stage: Stage, order_ids: Sequence[str], *, since: float) -> dict[str, Life]:
    """These orders by id; those that order_svc does not have are missing."""
    with psycopg.connect(stage.administrators_url(ORDERS.name), connect_timeout=3) as connection:
        rows = connection.execute(_LIVES, [OrderConfirmed.name, since, list(order_ids)])
        return {order_id: Life(*life) for order_id, *life in rows}


def traffic(stage: Stage, *, since: float) -> dict[str, Traffic]:
    """The traffic of each service, by its name."""
    found = {}
    for service in SERVICES:
        with psycopg.connect(stage.administrators_url(service.name), connect_timeout=3) as connection:
            told, heard = (connection.execute(query, [since]).fetchone() or (0,) for query in (_TOLD, _HEARD))
            found[service.name] = Traffic(told[0], heard[0])
    return found
