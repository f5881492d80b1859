"""What ``verify`` says of facts; one database stands for all six."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.conf import settings
from kombu import Connection
from psycopg.rows import dict_row

from common.contracts import ReviewPosted
from common.events import broker
from common.events.models import InboxMessage, KnownSubscription, OutboxMessage
from common.topology import SERVICES
from ops.subscribers import subscribers_of
from ops.verify.books import Books
from ops.verify.facts import facts_arrived
from tests.common.events.conftest import database_url

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NAME = ReviewPosted.name
[SUBSCRIBER] = subscribers_of(NAME)

Breaches = Callable[[], list[str]]


@pytest.fixture
def breaches() -> Iterator[Breaches]:
    with Connection(settings.BROKER_URL) as connection:
        channel = connection.channel()
        broker.dead_exchange().bind(channel).declare()
        for service in SERVICES:
            broker.dead_queue(service).bind(channel).declare()
    with psycopg.connect(database_url(), autocommit=True, row_factory=dict_row) as database:
        databases = {service.name: database for service in SERVICES}
        books = Books(databases=databases, broker_url=settings.BROKER_URL, storage_url="")
        yield lambda: [breach.finding for breach in facts_arrived(books)]


def told(*, at: datetime) -> uuid.UUID:
    fact_id = uuid.uuid4()
    OutboxMessage.objects.create(
        fact_id=fact_id, name=NAME, aggregate="a", version=1, is_required=True, data={}, occurred_at=at
    )
    return fact_id


def heard(fact_id: uuid.UUID) -> None:
    InboxMessage.objects.create(fact_id=fact_id, handler=SUBSCRIBER.handler, name=NAME, handled_at=NOON)


def subscribed(*, since: datetime | None) -> None:
    KnownSubscription.objects.create(name=NAME, handler=SUBSCRIBER.handler, since=since)


class TestFactsArrived:
    def test_is_content_with_what_was_handled(self, breaches: Breaches) -> None:
        subscribed(since=None)
        heard(told(at=NOON))

        assert breaches() == []

    @pytest.mark.parametrize("since", [None, NOON, NOON - SECOND])
    def test_finds_what_was_not(self, breaches: Breaches, since: datetime | None) -> None:
        subscribed(since=since)
        told(at=NOON)

        assert breaches() == [f"{NAME} was not handled by {SUBSCRIBER.service.name}"]

    def test_finds_it_also_where_nobody_noted_since_when(self, breaches: Breaches) -> None:
        told(at=NOON)

        assert len(breaches()) == 1

    def test_asks_for_nothing_from_before_the_subscription(self, breaches: Breaches) -> None:
        subscribed(since=NOON + SECOND)
        told(at=NOON)

        assert breaches() == []
