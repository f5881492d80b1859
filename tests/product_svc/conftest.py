"""Each test finds nothing kept, and what it changes is forgotten although it never commits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction

from common.caching import slot


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    redis = slot.connection()
    if keys := list(redis.scan_iter("product_svc:cache:*", count=10_000)):
        redis.delete(*keys)


@pytest.fixture(autouse=True)
def as_if_committed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's own transaction is rolled back: whatever is to happen after the commit happens at once."""
    marker = request.node.get_closest_marker("django_db")
    if marker and not marker.kwargs.get("transaction"):
        monkeypatch.setattr(transaction, "on_commit", _at_once)


def _at_once(do: Callable[[], object], using: str | None = None, robust: bool = False) -> None:
    do()
