"""The figures that tell whether facts flow: what waits in an outbox, how much lies in each queue, and who takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from common.topology import Service

if TYPE_CHECKING:  # whoever reads only the database does without the broker's library, and the other way round
    import psycopg
    from kombu import Connection

OUTBOX = """
    SELECT count(*), extract(epoch FROM now() - min(occurred_at))::float8
    FROM events_outbox WHERE published_at IS NULL
"""
HELD = "SELECT count(*) FROM events_outbox WHERE published_at IS NULL AND next_attempt_at > now()"
"""How many of those came back from the broker, and are not due yet."""
_DEAD = """
    FROM events_failure AS failure WHERE NOT EXISTS (
        SELECT FROM events_inbox AS heard
        WHERE heard.fact_id = failure.fact_id AND heard.handler = failure.handler)
"""
DEAD = f"SELECT count(*) {_DEAD}"
"""How many facts failed for good, and were not handled since: what a person has to look at."""
LAST_DEAD = f"SELECT fact_id, handler, error, attempts, failed_at {_DEAD} ORDER BY failed_at DESC LIMIT 20"


class QueueFigures(NamedTuple):
    """How many messages wait, and how many workers take them."""

    depth: int
    consumers: int


def outbox_figures(database: psycopg.Connection[Any]) -> tuple[int, float]:
    """How many facts were not sent yet, and for how many seconds the oldest has waited."""
    return read_outbox(database.execute(OUTBOX).fetchone())


def read_outbox(row: tuple[int, float | None] | None) -> tuple[int, float]:
    """The same, from the row that ``OUTBOX`` gave."""
    unsent, oldest = row or (0, None)
    return unsent, round(max(oldest or 0.0, 0.0), 1)


def queue_figures(connection: Connection, services: tuple[Service, ...]) -> dict[str, QueueFigures | None]:
    """The figures of each queue of these services; None for a queue that is not there."""
    return {name: _figures(connection, name) for name in queue_names(services)}


def queue_names(services: tuple[Service, ...]) -> list[str]:
    """Every queue of these services."""
    return [name for service in services for name in (service.facts_queue, service.work_queue, service.dead_queue)]


def _figures(connection: Connection, name: str) -> QueueFigures | None:
    from amqp.exceptions import NotFound

    # A queue that is missing closes the channel that asked, so each asks on its own.
    channel = connection.channel()
    try:
        found = channel.queue_declare(name, passive=True)
        return QueueFigures(depth=found.message_count, consumers=found.consumer_count)
    except NotFound:
        return None
    finally:
        channel.close()
