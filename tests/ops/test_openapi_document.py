"""The API's document, put together of the services' parts."""

from __future__ import annotations

from typing import Any

import pytest

from ops import openapi_document
from ops.openapi_document import Undocumented, merged


def part(path: str, **schemas: Any) -> dict[str, Any]:
    operation = {"tags": ["orders"], "responses": {}}
    return {"paths": {path: {"get": operation}}, "components": {"schemas": schemas}}


class TestMerged:
    def test_has_the_paths_and_shapes_of_all(self) -> None:
        document = merged([part("/a/", A={"type": "string"}), part("/b/", B={"type": "integer"})])

        assert {"/a/", "/b/", "/health/ready"} <= document["paths"].keys()
        assert {"A", "B", "Problem"} <= document["components"]["schemas"].keys()

    def test_has_what_all_say_alike_once(self) -> None:
        document = merged([part("/a/", Money={"type": "object"}), part("/b/", Money={"type": "object"})])

        assert document["components"]["schemas"]["Money"] == {"type": "object"}

    def test_refuses_two_things_of_one_name(self) -> None:
        with pytest.raises(Undocumented, match="Money"):
            merged([part("/a/", Money={"type": "object"}), part("/b/", Money={"type": "string"})])

    def test_refuses_one_path_of_two_services(self) -> None:
        other = part("/a/")
        other["paths"]["/a/"]["get"]["summary"] = "Another"

        with pytest.raises(Undocumented, match="/a/"):
            merged([part("/a/"), other])

    def test_says_what_a_noun_is(self) -> None:
        tags = {tag["name"]: tag["description"] for tag in merged([part("/a/")])["tags"]}

        assert tags["orders"] == "Orders, and the saga that confirms or cancels each of them."

    def test_leaves_out_detours(self) -> None:
        shape = {"allOf": [{"$ref": "#/x"}], "readOnly": True, "description": "A thing."}

        document = merged([part("/a/", A=shape)])

        assert document["components"]["schemas"]["A"] == {"$ref": "#/x", "description": "A thing."}


def test_the_document_is_valid() -> None:
    assert openapi_document.faults() == ""
