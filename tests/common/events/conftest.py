"""A real broker, emptied before each test, and fixtures that use it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection as database
from kombu import Connection, Exchange, Queue

from common.events import broker
from common.events.relay import Relay
from common.topology import FACTS_EXCHANGE, NOTIFICATIONS
from tests.common.events.wire import Wire


@pytest.fixture
def amqp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """The broker, with empty queues of the service under test, not bound to any fact yet."""
    monkeypatch.setattr(broker, "DELIVERIES_OF_A_FACT", 4)
    with Connection(settings.BROKER_URL) as connection:
        channel = connection.channel()
        for name in (NOTIFICATIONS.facts_queue, NOTIFICATIONS.work_queue, NOTIFICATIONS.dead_queue):
            channel.queue_delete(name)
        broker.declare(connection, NOTIFICATIONS, [])
        yield connection


@pytest.fixture
def relay(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Relay:
    """The relay of the service under test, on the test database; it polls often, so that it stops soon."""
    monkeypatch.setattr("common.events.relay.POLL_SECONDS", 0.5)
    return Relay(NOTIFICATIONS, database_url=database_url(), broker_url=settings.BROKER_URL)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A connection to the broker that can be cut."""
    wire = Wire(settings.BROKER_URL)
    yield wire
    wire.close()


def database_url() -> str:
    """The URL of the test database, for code without Django."""
    of = database.settings_dict
    user, password = quote(str(of["USER"])), quote(str(of["PASSWORD"] or ""))
    return f"postgresql://{user}:{password}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


@pytest.fixture
def ear(amqp: Connection) -> Iterator[Queue]:
    """A queue like another service's, which gets every fact."""
    queue = Queue(
        "test.ear",
        Exchange(FACTS_EXCHANGE, type="topic"),
        routing_key="#",
        auto_delete=True,
        durable=False,
        exclusive=True,
    )
    bound = queue.bind(amqp.default_channel)
    bound.declare()
    yield bound
    bound.delete()
