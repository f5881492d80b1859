"""Each operation of the API's document on the real platform: whatever is sent, the answer is one that it foresees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from pyreqwest.client import SyncClientBuilder

from common.testing.documented import DOCUMENT, Undocumented, operations, require_documented
from ops.platform import Platform
from tests.system.people import PASSWORD, sign_up

BODIES: dict[str, Any] = {
    "no object": [],
    "null": None,
    "strangers": {"stranger": {"deep": [1, 2.5, None, True]}, "id": "not-an-id"},
    "wrong kinds": {"email": 7, "items": "all", "quantity": "many", "price": {"amount": "1e309"}, "ids": {}},
}


@dataclass(frozen=True)
class Answer:
    """What came back, as far as the document is concerned."""

    status_code: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Caller:
    """Somebody who asks for everything."""

    url: str
    token: str = ""
    client: Any = field(default_factory=lambda: SyncClientBuilder().no_proxy().build())

    def ask(self, method: str, path: str, body: Any = ..., **headers: str) -> Answer:
        request = self.client.request(method, f"{self.url}{path}").headers({**self._credential(), **headers})
        if body is not ...:
            request = request.body_json(body)
        response = request.build().send()
        return Answer(response.status, dict(response.headers), bytes(response.bytes()).decode(errors="replace"))

    def _credential(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


@pytest.fixture(scope="module")
def visitor(platform: Platform) -> Caller:
    return Caller(platform.url)


@pytest.fixture(scope="module")
def seller(platform: Platform) -> Caller:
    person = sign_up(platform.url, "seller")
    token = person.shop.request("POST", "/api/v1/auth/token/", body={"email": person.email, "password": PASSWORD})
    return Caller(platform.url, token["access"])


def requests_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), re.sub(r"{\w*id}", str(uuid4()), path)


OPERATIONS = sorted(requests_of(json.loads(DOCUMENT.read_text())))
REQUIRED = {"required": True}


def of_each(requests: Sequence[tuple[str, str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("name", "method", "path"), requests, ids=[name for name, _, _ in requests])


@of_each(OPERATIONS)
class TestEachOperation:
    def test_answers_a_visitor(self, visitor: Caller, name: str, method: str, path: str) -> None:
        self._is_foreseen(visitor, name, method, path)

    def test_answers_somebody_signed_in(self, seller: Caller, name: str, method: str, path: str) -> None:
        self._is_foreseen(seller, name, method, path, **{"Idempotency-Key": uuid4().hex})

    def _is_foreseen(self, caller: Caller, name: str, method: str, path: str, **headers: str) -> None:
        content = operations()[name].get("requestBody", {}).get("content", {})
        body = content.get("application/json", {}).get("example", {}) if content else ...

        answer = caller.ask(method, path, body, **headers)

        require_documented(operations()[name], answer)
        assert answer.status_code < 500


class TestBodies:
    @of_each([each for each in OPERATIONS if "requestBody" in operations()[each[0]]])
    def test_that_are_bad_are_answered(self, seller: Caller, name: str, method: str, path: str) -> None:
        for kind, body in BODIES.items():
            answer = seller.ask(method, path, body, **{"Idempotency-Key": uuid4().hex})

            require_documented(operations()[name], answer)
            assert answer.status_code < 500, kind

    @of_each([each for each in OPERATIONS if not operations()[each[0]].get("requestBody", REQUIRED)["required"]])
    def test_that_need_not_be_are_not_missed(self, seller: Caller, name: str, method: str, path: str) -> None:
        answer = seller.ask(method, path, ...)

        require_documented(operations()[name], answer)
        assert answer.status_code != 415
        assert '"errors"' not in answer.text


class TestTheCheck:
    def test_refuses_what_is_not_foreseen(self) -> None:
        with pytest.raises(Undocumented):
            require_documented(operations()["orders_list"], Answer(418, {}, ""))
        with pytest.raises(Undocumented):
            require_documented(
                operations()["orders_list"], Answer(200, {"Content-Type": "application/json"}, '{"results": 1}')
            )
