"""The figures that tell whether facts flow: what waits in an outbox, and how much lies in each queue."""

from __future__ import annotations

from typing import Any

import psycopg
from amqp.exceptions import NotFound
from kombu import Connection

from common.topology import Service

_OUTBOX = """
    SELECT count(*), extract(epoch FROM now() - min(occurred_at))::float8
    FROM events_outbox WHERE published_at IS NULL
"""


def outbox_figures(database: psycopg.Connection[Any]) -> tuple[int, float]:
    """How many facts were not sent yet, and for how many seconds the oldest has waited."""
    unsent, oldest = database.execute(_OUTBOX).fetchone() or (0, None)
    return unsent, round(max(oldest or 0.0, 0.0), 1)


def queue_depths(connection: Connection, services: tuple[Service, ...]) -> dict[str, int | None]:
    """How many messages wait in each queue of these services; None for a queue that is not there."""
    names = [name for service in services for name in (service.facts_queue, service.work_queue, service.dead_queue)]
    return {name: _depth(connection, name) for name in names}


def _depth(connection: Connection, name: str) -> int | None:
    # A queue that is missing closes the channel that asked, so each asks on its own.
    channel = connection.channel()
    try:
        return int(channel.queue_declare(name, passive=True).message_count)
    except NotFound:
        return None
    finally:
        channel.close()
