"""The doors of these tests themselves."""

from __future__ import annotations

import pytest

from tests.gateway_svc.door import Door


def test_whoever_opens_one_has_asked_for_the_test_database(door: Door, request: pytest.FixtureRequest) -> None:
    opening = [each for each in request.session.items if "open_door" in getattr(each, "fixturenames", ())]

    assert request.node in opening
    assert all(each.get_closest_marker("django_db") for each in opening)
    assert door.ask("GET", "/health/ready").json()["checks"]["database"] == "ok"
