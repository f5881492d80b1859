"""Waiting until nothing is under way: no unsent fact, no message in a queue, no unsent mail, and all reported."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
from kombu import Connection

from common.events.figures import outbox_figures, queue_figures
from common.topology import NOTIFICATIONS, SERVICES
from ops.bench.stage import Stage
from ops.progress import Say

PATIENCE_SECONDS = 180.0
_PAUSE_SECONDS = 0.5
_LOOKS = 2
"""How often in a row nothing must be found: a worker may hold a message that no queue counts any more."""

_UNTOLD = """
    SELECT (SELECT count(*) FROM notifications_delivery WHERE status = 'pending')
        + (SELECT count(*) FROM notifications_unreportedtelling)
"""


def wait_for_calm(stage: Stage, *, say: Say) -> int:
    """Wait until nothing is under way. Returns 0, or how much still is after ``PATIENCE_SECONDS``."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with ExitStack() as stack:
        broker = stack.enter_context(Connection(stage.broker_url, connect_timeout=3))
        databases = {
            service.name: stack.enter_context(_open(stage.administrators_url(service.name))) for service in SERVICES
        }
        calm = left = 0
        while calm < _LOOKS and time.monotonic() < deadline:
            left = sum(_under_way(broker, databases))
            calm = calm + 1 if not left else 0
            say(f"{left} messages and letters on their way")
            time.sleep(_PAUSE_SECONDS)
    return left


def _under_way(broker: Connection, databases: dict[str, psycopg.Connection[Any]]) -> Iterator[int]:
    for database in databases.values():
        yield outbox_figures(database)[0]
    dead = {service.dead_queue for service in SERVICES}
    for name, figures in queue_figures(broker, SERVICES).items():
        if figures and name not in dead:
            yield figures.depth
    row = databases[NOTIFICATIONS.name].execute(_UNTOLD).fetchone()
    yield row[0] if row else 0


def _open(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True, connect_timeout=3)
