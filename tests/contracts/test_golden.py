"""The published language does not change behind anybody's back: each contract equals its golden file.

To add a field (with a default) or a contract, write the file anew: ``python -m tests.contracts.test_golden``.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from pathlib import Path
from typing import Any

import pytest

from common.contracts import Contract, Fact, UnreadableFact, all_contracts
from ops.subscribers import subscribers_of

GOLDEN = Path(__file__).parent / "golden"


def described(contract: type[Contract]) -> dict[str, Any]:
    """A contract as data: what another service, or another version of ours, relies on."""
    return {
        "name": contract.name,
        "aggregate": contract.aggregate_field,
        "required": contract.required,
        "personal": sorted(contract.personal_fields()),
        "example": {"version": 1, "data": example_of(contract)},
    }


def example_of(kind: type) -> dict[str, Any]:
    """An example of a dataclass, made from its types."""
    hints = typing.get_type_hints(kind)
    return {
        field.name: _value(hints[field.name], field.name)
        for field in dataclasses.fields(kind)
        if field.name != "version"
    }


def _value(kind: Any, name: str) -> Any:
    if dataclasses.is_dataclass(kind):
        return example_of(typing.cast(type, kind))
    if isinstance(kind, types.UnionType):  # something or nothing
        return _value(typing.get_args(kind)[0], name)
    if typing.get_origin(kind) is tuple:
        return [_value(typing.get_args(kind)[0], name)]
    return {str: name, int: 7, bool: True}[kind]


@pytest.mark.parametrize("contract", all_contracts(), ids=lambda contract: contract.name)
class TestContract:
    def test_equals_its_golden_file(self, contract: type[Contract]) -> None:
        assert described(contract) == json.loads((GOLDEN / f"{contract.name}.json").read_text())

    def test_reads_the_golden_example_and_writes_it_again(self, contract: type[Contract]) -> None:
        example = json.loads((GOLDEN / f"{contract.name}.json").read_text())["example"]

        fact = contract.of(version=example["version"], data=example["data"])

        assert json.loads(json.dumps(fact.data())) == example["data"]

    def test_refuses_an_example_that_lacks_a_field(self, contract: type[Contract]) -> None:
        data = example_of(contract)
        data.pop(contract.aggregate_field)

        with pytest.raises(UnreadableFact):
            contract.of(version=1, data=data)

    def test_somebody_hears_it_if_it_is_required(self, contract: type[Contract]) -> None:
        assert subscribers_of(contract.name) or not contract.required


def test_no_golden_file_is_left_of_a_contract_that_is_gone() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {contract.name for contract in all_contracts()}


def test_a_fact_of_an_unknown_name_is_unreadable() -> None:
    fact = Fact(id="1", name="a.b.v1", aggregate="", version=1, occurred_at="", request_id="", traceparent="", data={})

    with pytest.raises(UnreadableFact):
        fact.contract()


if __name__ == "__main__":
    for known in all_contracts():
        (GOLDEN / f"{known.name}.json").write_text(json.dumps(described(known), indent=2) + "\n")
