"""The document of the facts and of the live feed."""

from __future__ import annotations

import copy
import json
from functools import reduce
from operator import getitem

import jsonschema
import pytest

from common.contracts import all_contracts
from common.events.message import task_body
from ops import asyncapi_document, asyncapi_specification
from ops.errors import OpsError
from ops.subscribers import all_subscribers
from tests.contracts.test_golden import GOLDEN

PLACED = "orders.order_placed.v1"
NAMES = [contract.name for contract in all_contracts()]


def message_of(contract: str, **changes: object) -> object:
    """A fact's golden example as it travels."""
    example = json.loads((GOLDEN / f"{contract}.json").read_text())["example"]
    fact = {
        "id": "0190b8c4-7f2e-7d3a-9a1e-5b0c8d4f6a21",
        "name": contract,
        "aggregate": "an aggregate",
        "version": example["version"],
        "occurred_at": "2026-01-01T12:00:00.000Z",
        "request_id": "a request",
        "traceparent": "",
        "data": example["data"],
    }
    return json.loads(task_body({**fact, **changes}))


@pytest.mark.parametrize("name", NAMES)
class TestMessage:
    def test_is_one_as_it_travels(self, name: str) -> None:
        asyncapi_document.require_documented(name, message_of(name))

    @pytest.mark.parametrize("changes", [{"name": "orders.order_eaten.v1"}, {"data": {}}, {"version": "one"}])
    def test_is_no_other(self, name: str, changes: dict[str, object]) -> None:
        with pytest.raises(jsonschema.ValidationError):
            asyncapi_document.require_documented(name, message_of(name, **changes))


@pytest.fixture
def specification() -> None:
    """AsyncAPI's own schema is here, or can be fetched."""
    try:
        asyncapi_specification.schema()
    except OpsError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("specification")
class TestDocument:
    def test_has_no_faults(self) -> None:
        assert asyncapi_document.faults_of(asyncapi_document.document()) == ""

    def test_is_what_is_checked_where_it_lies(self) -> None:
        assert asyncapi_document.faults() == ""
        assert asyncapi_document.PAGE.read_text() == asyncapi_document.render()

    def test_names_who_tells_and_who_hears(self) -> None:
        operations = asyncapi_document.document()["operations"]

        assert {f"{each.service.name}.hears.{each.contract.name}" for each in all_subscribers()} <= operations.keys()
        assert {name for _, told, name in (key.partition(".tells.") for key in operations) if told} == set(NAMES)

    @pytest.mark.parametrize(
        ("steps", "change", "fault"),
        [
            (("info",), {"version": 1}, "info/version: 1 is not of type 'string'"),
            (("operations", f"order_svc.tells.{PLACED}"), {"action": "shout"}, "action: 'shout' is not one of"),
            (("channels", PLACED), {"adress": "x"}, f"channels/{PLACED}: 'adress' does not match"),
            (("channels", PLACED), {"servers": [{"$ref": "#/servers/none"}]}, "#/servers/none leads nowhere"),
            (("components", "schemas", PLACED), {"type": "thing"}, f"{PLACED}: 'thing' is not"),
        ],
    )
    def test_is_refused_for(self, steps: tuple[str, ...], change: dict[str, object], fault: str) -> None:
        whole = copy.deepcopy(asyncapi_document.document())

        reduce(getitem, steps, whole).update(change)

        assert fault in asyncapi_document.faults_of(whole)

    def test_marks_personal_data(self) -> None:
        schemas = asyncapi_document.document()["components"]["schemas"]

        marked = {
            contract.name: {
                field for field, kind in schemas[contract.name]["properties"].items() if "x-personal-data" in kind
            }
            for contract in all_contracts()
        }
        assert marked == {contract.name: set(contract.personal_fields()) for contract in all_contracts()}
