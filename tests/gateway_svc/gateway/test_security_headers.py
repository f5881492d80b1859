"""What browsers are told about each answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.gateway_svc.door import Door

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", ["/api/v1/products/", "/api/v1/nothing/", "/health/live", "/api/schema/", "/login/"])
def test_stand_once_on_each_answer(door: Door, path: str) -> None:
    answer = door.ask("GET", path)

    assert answer.all("x-content-type-options") == ["nosniff"]
    assert answer.all("referrer-policy") == ["same-origin"]
    assert answer.all("strict-transport-security") == ["max-age=31536000"]


def test_leave_what_a_service_says(door: Door) -> None:
    answer = door.ask("GET", "/api/v1/products/special")

    assert answer.all("referrer-policy") == ["no-referrer"]


def test_do_not_promise_https_where_there_is_none(open_door: Callable[..., Door]) -> None:
    plain = open_door(OPENCOMMERCE_PUBLIC_URL="http://127.0.0.1:8000")

    answer = plain.ask("GET", "/api/v1/products/")

    assert answer.get("strict-transport-security") is None
    assert answer.get("x-content-type-options") == "nosniff"
