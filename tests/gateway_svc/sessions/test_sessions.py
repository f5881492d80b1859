"""Sign-outs, from the fact to the refusal."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from common.contracts import SessionEnded
from gateway_svc.config.celery import app
from gateway_svc.config.schedule import SCHEDULE
from gateway_svc.sessions import services
from gateway_svc.sessions.models import EndedSession
from tests.gateway_svc.door import Door
from tests.gateway_svc.signing import Signer

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PRODUCTS = "/api/v1/products/"


def session_ended(session_id: str, *, at: datetime | None = None) -> SessionEnded:
    ended_at = (at or datetime.now(UTC)).isoformat()
    return SessionEnded(session_id=session_id, user_id=str(uuid.uuid4()), ended_at=ended_at, version=1)


def seconds_until_refused(door: Door, token: str, *, patience: float = 5) -> float:
    started = time.monotonic()
    while door.ask("GET", PRODUCTS, token=token).status != 401:
        assert time.monotonic() - started < patience, "still let in"
        time.sleep(0.02)
    return time.monotonic() - started


@pytest.mark.django_db(transaction=True)
class TestASessionThatEnds:
    def test_is_refused_within_two_seconds(self, door: Door, signer: Signer, hear: Callable[..., bool]) -> None:
        session_id = str(uuid.uuid4())
        token = signer.token(sid=session_id)
        assert door.ask("GET", PRODUCTS, token=token).status == 200

        hear(session_ended(session_id))

        assert seconds_until_refused(door, token) < 2
        assert door.ask("GET", PRODUCTS, token=signer.token()).status == 200

    def test_is_refused_by_a_gateway_that_starts_later(
        self, open_door: Callable[..., Door], signer: Signer, hear: Callable[..., bool]
    ) -> None:
        session_id = str(uuid.uuid4())
        hear(session_ended(session_id))

        door = open_door()

        assert door.ask("GET", PRODUCTS, token=signer.token(sid=session_id)).status == 401

    def test_is_refused_without_redis_too(
        self, open_door: Callable[..., Door], signer: Signer, hear: Callable[..., bool], settings
    ) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        door = open_door(until="/health/live", OPENCOMMERCE_REDIS_URL=settings.REDIS_URL)
        session_id = str(uuid.uuid4())
        token = signer.token(sid=session_id)
        for _ in range(50):
            if door.ask("GET", PRODUCTS, token=token).status == 200:
                break
            time.sleep(0.1)

        hear(session_ended(session_id))

        assert seconds_until_refused(door, token) < 2

    def test_is_told_nobody_when_the_transaction_fails(self, door: Door, signer: Signer) -> None:
        session_id = str(uuid.uuid4())

        with transaction.atomic():
            services.end_session(session_id=session_id, user_id="u", ended_at=NOON)
            transaction.set_rollback(True)

        time.sleep(0.3)
        assert door.ask("GET", PRODUCTS, token=signer.token(sid=session_id)).status == 200


@pytest.mark.django_db
class TestEndSession:
    def test_heard_twice_is_one_row(self, hear: Callable[..., bool]) -> None:
        fact = session_ended("s-1")

        hear(fact)
        hear(fact)

        assert EndedSession.objects.get().session_id == "s-1"


@pytest.mark.django_db(transaction=True)
class TestForgetExpired:
    def test_keeps_what_a_token_could_still_name(self) -> None:
        now = datetime.now(UTC)
        for minutes in (1, 14, 17, 600):
            ended_at = now - timedelta(minutes=minutes)
            services.end_session(session_id=f"{minutes} minutes ago", user_id="u", ended_at=ended_at)

        app.tasks["sessions.forget_expired"](an_argument_of_a_later_version=1)

        kept = set(EndedSession.objects.values_list("session_id", flat=True))
        assert kept == {"1 minutes ago", "14 minutes ago"}

    def test_is_on_the_clock(self) -> None:
        assert "sessions.forget_expired" in SCHEDULE
        assert set(SCHEDULE) <= set(app.tasks)
