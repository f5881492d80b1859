"""The doors of these tests themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ops import compiled
from tests.gateway_svc.door import Door


def test_whoever_opens_one_has_asked_for_the_test_database(door: Door, request: pytest.FixtureRequest) -> None:
    opening = [each for each in request.session.items if "open_door" in getattr(each, "fixturenames", ())]

    assert request.node in opening
    assert all(each.get_closest_marker("django_db") for each in opening)
    assert door.ask("GET", "/health/ready").json()["checks"]["database"] == "ok"


@pytest.mark.django_db
def test_runs_compiled_unless_it_says_otherwise(door: Door, open_door: Callable[..., Door]) -> None:
    if not compiled.variables():
        pytest.skip("these sources are not compiled: manage_all.py compile")
    as_written = open_door(is_compiled=False)

    assert door.is_compiled
    assert not as_written.is_compiled
    assert [each.ask("GET", "/api/v1/products/").status for each in (door, as_written)] == [200, 200]
