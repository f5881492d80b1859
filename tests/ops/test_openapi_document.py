"""The API's document, put together of the services' parts."""

from __future__ import annotations

from typing import Any

import pytest

from common.testing.documented import document, operations
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


class TestWhatFollowsFromAView:
    """As it stands in the document that is served, which is held fresh by ``check``."""

    def test_who_may_call_it(self) -> None:
        asked = {name: operations()[name]["security"] for name in ("products_list", "products_create", "orders_list")}

        assert asked == {
            "products_list": [{}, {"bearer": []}, {"session": []}],
            "products_create": [{"bearer": []}, {"session": []}],
            "orders_list": [{"bearer": []}, {"session": []}],
        }

    def test_what_any_such_request_can_be_refused_for(self) -> None:
        statuses = {name: set(operations()[name]["responses"]) for name in ("orders_list", "sellers_suspend_create")}

        assert statuses["orders_list"] == {"200", "400", "401", "403", "406", "429", "500", "503"}
        assert statuses["sellers_suspend_create"] == statuses["orders_list"] | {"404", "413", "415"}

    def test_the_key_of_what_is_done_once(self) -> None:
        order = operations()["orders_create"]

        keys = [each for each in order["parameters"] if each.get("name") == "Idempotency-Key"]
        assert [key["required"] for key in keys] == [True]
        assert {"409", "422"} <= set(order["responses"])

    def test_how_a_list_is_paged(self) -> None:
        parameters = operations()["orders_list"]["parameters"]

        references = [each["$ref"] for each in parameters if "$ref" in each]
        assert references == ["#/components/parameters/Cursor", "#/components/parameters/PageSize"]
        page = document()["components"]["schemas"]["orders.AnyOrderPage"]
        assert set(page["required"]) == {"next", "previous", "results"}

    def test_by_which_codes_refusals_are_told_apart(self) -> None:
        conflict = operations()["orders_create"]["responses"]["409"]["content"]["application/problem+json"]["schema"]

        assert "total_changed" in conflict["allOf"][1]["properties"]["code"]["enum"]

    def test_that_a_body_may_be_left_out_where_nothing_in_it_is_needed(self) -> None:
        bodies = {name: each["requestBody"]["required"] for name, each in operations().items() if "requestBody" in each}

        assert {name for name, is_needed in bodies.items() if not is_needed} == {
            "categories_partial_update",
            "notifications_preferences_update",
            "orders_quote_create",
            "orders_ship_create",
            "products_partial_update",
            "products_reviews_partial_update",
            "sellers_me_partial_update",
            "sellers_suspend_create",
            "users_me_addresses_partial_update",
            "users_me_partial_update",
        }

    def test_that_any_part_of_a_body_will_do(self) -> None:
        schemas = document()["components"]["schemas"]

        assert schemas["addresses.AddressInput"]["required"] == ["country", "full_name", "line1"]
        assert "required" not in schemas["addresses.AddressChanges"]
