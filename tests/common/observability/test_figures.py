"""A service's figures, for the platform's front page and for staff alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from common import clock
from common.events.models import HandlingFailure, InboxMessage, OutboxMessage
from common.version import VERSION

pytestmark = pytest.mark.django_db

PATH = "/health/figures"
PERSON = "ada@example.com"


def tell(*, seconds_ago: float, is_sent: bool = False) -> None:
    occurred_at = clock.now() - timedelta(seconds=seconds_ago)
    OutboxMessage.objects.create(
        fact_id=uuid.uuid4(),
        name="orders.order_placed.v1",
        aggregate="1",
        version=1,
        is_required=True,
        request_id="",
        traceparent="",
        data={},
        occurred_at=occurred_at,
        published_at=clock.now() if is_sent else None,
    )


def fail(error: str = f"ValueError: {PERSON}") -> uuid.UUID:
    fact_id = uuid.uuid4()
    HandlingFailure.objects.create(fact_id=fact_id, handler="act", error=error, attempts=6, failed_at=clock.now())
    return fact_id


class TestFigures:
    @pytest.fixture
    def staff(self, client_of: Callable[..., APIClient]) -> APIClient:
        return client_of(uuid.uuid4(), "support")

    def test_name_the_service_and_its_release(self, staff: APIClient) -> None:
        figures = staff.get(PATH).json()

        assert figures["service"] == "notify_svc"
        assert figures["version"] == VERSION
        assert figures["started_at"]

    def test_tell_what_waits_in_the_outbox(self, staff: APIClient) -> None:
        tell(seconds_ago=90)
        tell(seconds_ago=30)
        tell(seconds_ago=600, is_sent=True)

        outbox = staff.get(PATH).json()["outbox"]

        assert outbox["unsent"] == 2
        assert 90 <= outbox["oldest_seconds"] < 300

    def test_tell_what_failed_for_good_without_its_words(self, staff: APIClient) -> None:
        fact_id = fail()

        figures = staff.get(PATH).json()

        assert figures["dead_letters"] == 1
        assert [(each["fact_id"], each["error"]) for each in figures["last_dead"]] == [(str(fact_id), "ValueError")]
        assert PERSON not in str(figures)

    def test_forget_what_was_handled_since(self, staff: APIClient) -> None:
        fact_id = fail()
        InboxMessage.objects.create(fact_id=fact_id, handler="act", name="x", handled_at=clock.now())

        assert staff.get(PATH).json()["dead_letters"] == 0

    def test_are_answered_while_the_database_does_not_answer(self, staff: APIClient) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE events_outbox RENAME TO elsewhere")

        figures: dict[str, Any] = staff.get(PATH).json()

        assert figures["outbox"] is None
        assert figures["version"] == VERSION

    @pytest.mark.parametrize("roles", [[], ["customer"], ["seller"]])
    def test_are_not_for_who_is_not_staff(self, client_of: Callable[..., APIClient], roles: list[str]) -> None:
        assert client_of(uuid.uuid4(), *roles).get(PATH).status_code == 403

    def test_are_not_for_a_visitor(self, visitor: APIClient) -> None:
        assert visitor.get(PATH).status_code == 401

    def test_are_not_for_who_comes_past_the_gateway(self) -> None:
        assert APIClient().get(PATH).status_code == 401
