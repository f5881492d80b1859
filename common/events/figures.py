"""The figures that tell whether facts flow: what waits in an outbox, how much lies in each queue, and who takes it."""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg
from amqp.exceptions import NotFound
from kombu import Connection

from common.topology import Service

_OUTBOX = """
    SELECT count(*), extract(epoch FROM now() - min(occurred_at))::float8
    FROM events_outbox WHERE published_at IS NULL
"""


class QueueFigures(NamedTuple):
    """How many messages wait, and how many workers take them."""

    depth: int
    consumers: int


def outbox_figures(database: psycopg.Connection[Any]) -> tuple[int, float]:
    """How many facts were not sent yet, and for how many seconds the oldest has waited."""
    unsent, oldest = database.execute(_OUTBOX).fetchone() or (0, None)
    return unsent, round(max(oldest or 0.0, 0.0), 1)


def queue_figures(connection: Connection, services: tuple[Service, ...]) -> dict[str, QueueFigures | None]:
    """The figures of each queue of these services; None for a queue that is not there."""
    return {name: _figures(connection, name) for name in queue_names(services)}


def queue_names(services: tuple[Service, ...]) -> list[str]:
    """Every queue of these services."""
    return [name for service in services for name in (service.facts_queue, service.work_queue, service.dead_queue)]


def _figures(connection: Connection, name: str) -> QueueFigures | None:
    # A queue that is missing closes the channel that asked, so each asks on its own.
    channel = connection.channel()
    try:
        found = channel.queue_declare(name, passive=True)
        return QueueFigures(depth=found.message_count, consumers=found.consumer_count)
    except NotFound:
        return None
    finally:
        channel.close()
