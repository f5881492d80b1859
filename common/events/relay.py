"""The relay: sends what the outbox holds. ``python -m common.events.relay <service>``

A small process, of which one is active for each service: it holds an advisory lock, and a second one stands by. It
looks for unpublished rows and keeps no cursor, because a transaction that commits late would be skipped by one. A
NOTIFY wakes it early; correctness rests on polling. It sends first and marks afterwards, so a crash between the two
sends a fact again and never loses it.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Container, Iterable
from contextlib import suppress
from typing import Any

import amqp
import psycopg
from psycopg.rows import dict_row

from common.events import measures, spans
from common.events.message import envelope
from common.events.publisher import Publisher, connect
from common.observability import heartbeat, inside, logs, metrics, readiness
from common.topology import BY_NAME, Service

logger = logging.getLogger("relay")

BATCH = 200
POLL_SECONDS = 2.0
GATHERING_SECONDS = 0.025
"""The shortest time between two looks, so that busy times are sent in batches; a fact on its own is sent at once."""
SHORTEST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 5.0
LONGEST_TURN_SECONDS = 30.0
"""A relay whose loop takes longer than this for one turn reports that it is not ready."""
_LOCK = 0x0C0FFEE
"""The key of the advisory lock. Each database belongs to one service, so all services can use the same key."""

# A fact that the broker returned waits until ``next_attempt_at``; meanwhile later facts of its aggregate wait too.
_UNSENT = """
    SELECT * FROM events_outbox AS message
    WHERE published_at IS NULL AND (next_attempt_at IS NULL OR next_attempt_at <= now()) AND NOT EXISTS (
        SELECT FROM events_outbox AS earlier
        WHERE earlier.published_at IS NULL AND earlier.aggregate = message.aggregate
          AND earlier.sequence < message.sequence AND earlier.next_attempt_at > now())
    ORDER BY sequence LIMIT %s
"""
_MARK_SENT = "UPDATE events_outbox SET published_at = now(), attempts = attempts + 1 WHERE fact_id = ANY(%s)"
_MARK_HELD = """
    UPDATE events_outbox SET attempts = attempts + 1, last_error = %s,
        next_attempt_at = now() + power(2, least(attempts, 6)) * interval '1 second'
    WHERE fact_id = %s
"""


class Relay:
    """Moves one service's facts from its outbox to the broker until it is told to stop."""

    def __init__(self, service: Service, *, database_url: str, broker_url: str) -> None:
        self.service = service
        self.database_url = database_url
        self.broker_url = broker_url
        self.stopping = threading.Event()
        self._pause = SHORTEST_PAUSE_SECONDS
        self._turned_at = 0.0

    def run(self) -> None:
        """Relay facts; when a server is out of reach, reconnect, after pauses that grow to five seconds."""
        while not self.stopping.is_set():
            try:
                self._work()
            except (psycopg.Error, amqp.AMQPError, OSError) as error:
                logger.warning("out of reach, again in %.2f s: %r", self._pause, error)
                server = "database" if isinstance(error, psycopg.Error) else "broker"
                metrics.OUT_OF_REACH.labels(server).inc()
                self.stopping.wait(self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)

    def stop(self, *_: Any) -> None:
        """End after the batch under way."""
        self.stopping.set()

    def require_turning(self) -> None:
        """Raise TimeoutError if the loop has not turned for ``LONGEST_TURN_SECONDS``, be it active or standing by."""
        if time.monotonic() - self._turned_at > LONGEST_TURN_SECONDS:
            raise TimeoutError

    def _work(self) -> None:
        with open_database(self.database_url, application_name=f"{self.service.name}.relay") as database:
            if not self._become_the_active_one(database):
                return
            with connect(self.broker_url) as connection:
                measures.RELAY_IS_ACTIVE.set(1)
                try:
                    self._relay(database, connection)
                finally:
                    measures.RELAY_IS_ACTIVE.set(0)

    def _become_the_active_one(self, database: psycopg.Connection[Any]) -> bool:
        while not self.stopping.is_set():
            row = database.execute("SELECT pg_try_advisory_lock(%s) AS is_mine", [_LOCK]).fetchone()
            if row and row["is_mine"]:
                logger.info("active")
                return True
            heartbeat.beat()
            self._turned_at = time.monotonic()
            self.stopping.wait(POLL_SECONDS)
        return False

    def _relay(self, database: psycopg.Connection[Any], connection: amqp.Connection) -> None:
        database.execute("LISTEN events_outbox")
        publisher = Publisher(connection)
        while not self.stopping.is_set():
            looked_at = time.monotonic()
            while self._send_batch(database, publisher) and not self.stopping.is_set():
                pass
            self._pause = SHORTEST_PAUSE_SECONDS
            self._turned_at = time.monotonic()
            _wait_for_notice(database, timeout=POLL_SECONDS)
            _keep_alive(connection)
            if (early := looked_at + GATHERING_SECONDS - time.monotonic()) > 0:
                self.stopping.wait(early)
                _take_notices(database)

    def _send_batch(self, database: psycopg.Connection[Any], publisher: Publisher) -> bool:
        """Send one batch of what is due. True when more may be due already, for which no NOTIFY will come."""
        heartbeat.beat()
        due = database.execute(_UNSENT, [BATCH]).fetchall()
        rows = first_of_each_aggregate(due)
        if not rows:
            return False
        undelivered = _publish(publisher, rows)
        sent = [row["fact_id"] for row in rows if str(row["fact_id"]) not in undelivered]
        database.execute(_MARK_SENT, [sent])
        for fact_id, reason in undelivered.items():
            logger.warning("held back: %s", reason, extra={"fact_id": fact_id})
            database.execute(_MARK_HELD, [reason, fact_id])
        _count(rows, undelivered)
        return bool(sent) and (len(rows) < len(due) or len(due) == BATCH)


def _publish(publisher: Publisher, rows: list[dict[str, Any]]) -> dict[str, str]:
    """Send these rows. Returns the ids of the facts that reached no queue, each with the reason."""
    facts = [(envelope(row), row["is_required"]) for row in rows]
    with measures.BATCH_SECONDS.time(), spans.sending([fact for fact, _ in facts]) as undelivered:
        undelivered.update(publisher.publish(facts))
    return undelivered


def _count(rows: Iterable[dict[str, Any]], undelivered: Container[str]) -> None:
    for row in rows:
        family = measures.RETURNED if str(row["fact_id"]) in undelivered else measures.SENT
        family.labels(row["name"]).inc()


def open_database(url: str, *, application_name: str) -> psycopg.Connection[Any]:
    """A connection whose loss both sides notice within seconds: until the server does, it keeps our advisory lock."""
    settings = {
        "statement_timeout": "10s",
        # If PostgreSQL crashes and loses the mark, the fact is sent once more: that is allowed.
        "synchronous_commit": "off",
        "tcp_keepalives_idle": 5,
        "tcp_keepalives_interval": 2,
        "tcp_keepalives_count": 3,
        "tcp_user_timeout": "10s",
    }
    return psycopg.connect(
        url,
        autocommit=True,
        row_factory=dict_row,
        connect_timeout=3,
        application_name=application_name,
        options=" ".join(f"-c {name}={value}" for name, value in settings.items()),
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        tcp_user_timeout=10_000,
    )


def first_of_each_aggregate(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that may be sent together: a fact waits until the one before it of its aggregate was confirmed."""
    first: dict[str, dict[str, Any]] = {}
    for row in rows:
        first.setdefault(row["aggregate"], row)
    return list(first.values())


def _wait_for_notice(database: psycopg.Connection[Any], *, timeout: float) -> None:
    # psycopg's own wait wakes up ten times a second.
    if not _take_notices(database):
        select.select([database], [], [], timeout)
        _take_notices(database)


def _take_notices(database: psycopg.Connection[Any]) -> bool:
    """Read the pending notifications away, since a look at the outbox follows. Returns whether there were any."""
    return len(list(database.notifies(timeout=0))) > 0


def _keep_alive(connection: amqp.Connection) -> None:
    connection.heartbeat_tick(rate=2)
    with suppress(TimeoutError, BlockingIOError):  # nothing to read
        connection.drain_events(timeout=0)


def main() -> None:
    """Run the relay of the service that the command line names, until SIGTERM."""
    service = BY_NAME[sys.argv[1]]
    logs.configure(service=service.name, level=os.environ.get("OPENCOMMERCE_LOG_LEVEL", "INFO"))
    relay = Relay(
        service,
        database_url=os.environ[service.database_variable],
        broker_url=os.environ["OPENCOMMERCE_BROKER_URL"],
    )
    signal.signal(signal.SIGTERM, relay.stop)
    signal.signal(signal.SIGINT, relay.stop)
    inside.open_door(lambda: readiness.states_of({"relay": relay.require_turning}))
    relay.run()


if __name__ == "__main__":
    main()
