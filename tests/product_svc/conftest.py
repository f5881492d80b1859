"""Each test begins with an empty cache, and its changes invalidate the cache although it never commits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, transaction

from common.caching import circuit, slot
from common.testing.private_redis import PrivateRedis
from product_svc.catalog.api.pages import ListQuestion


def forget_everything() -> None:
    """Empty the service's cache in Redis."""
    redis = slot.connection()
    if keys := list(redis.scan_iter("product_svc:cache:*", count=10_000)):
        redis.delete(*keys)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache, and a closed circuit breaker of Redis."""
    monkeypatch.setattr(slot, "circuit", circuit.Circuit())
    forget_everything()
    ListQuestion.of.cache_clear()  # cached by the whole URL, whose origin some tests change


@pytest.fixture(autouse=True)
def as_if_committed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run ``on_commit`` functions at once, as a test's own transaction is rolled back."""
    marker = request.node.get_closest_marker("django_db")
    if marker and not marker.kwargs.get("transaction"):
        monkeypatch.setattr(transaction, "on_commit", _at_once)


@pytest.fixture
def redis(private_redis: PrivateRedis, settings: Any, monkeypatch: pytest.MonkeyPatch) -> PrivateRedis:
    """A Redis for the cache that the test may freeze and kill; it is retried soon."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": private_redis.url}}
    monkeypatch.setattr(circuit, "PAUSE_SECONDS", 0.2)
    return private_redis


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The URL of the test database, for another process."""
    of = connection.settings_dict
    password = quote(str(of["PASSWORD"] or ""))
    return f"postgres://{of['USER']}:{password}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


def _at_once(do: Callable[[], object], using: str | None = None, robust: bool = False) -> None:
    do()
