"""Requests that nobody thought of: made up from the API's document by schemathesis, always the same few."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from common.testing.documented import DOCUMENT
from ops.platform import Platform
from tests.system.people import PASSWORD, sign_up

SEED = 20261128
REQUESTS_EACH = 4
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
# Which is opened, not asked: to a request it always says so.
WEBSOCKET = "GET /ws/notifications/"
OPERATIONS = {
    operation.label: operation
    for operation in (
        found.ok() for found in schemathesis.openapi.from_dict(json.loads(DOCUMENT.read_text())).get_all_operations()
    )
    if operation.label != WEBSOCKET
}


@pytest.fixture(scope="module")
def seller(platform: Platform) -> dict[str, str]:
    """The credential of somebody who buys and sells."""
    person = sign_up(platform.url, "seller")
    body = {"email": person.email, "password": PASSWORD}
    tokens: dict[str, Any] = person.shop.request("POST", "/api/v1/auth/token/", body=body)
    return {"Authorization": f"Bearer {tokens['access']}"}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize("label", OPERATIONS)
def test_answers_as_documented(platform: Platform, seller: dict[str, str], label: str, mode: GenerationMode) -> None:
    @seed(SEED)
    @settings(
        max_examples=REQUESTS_EACH,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = case.call(base_url=platform.url, headers=seller, timeout=20)
        case.validate_response(answer, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        pytest.skip("there is nothing bad to be sent to it")
