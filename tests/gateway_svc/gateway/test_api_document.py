"""The API's document: what it promises is led to, and it is told to nobody twice."""

from __future__ import annotations

import json
import re

import pytest

from common.testing.documented import document
from common.topology import GATEWAY
from gateway_svc.gateway.composed import COMPOSITIONS
from gateway_svc.gateway.routes import Route, http_routes, page_routes, socket_routes
from tests.gateway_svc.door import PUBLIC_URL, Door

SCHEMA = "/api/schema/"
OURS = {"/", "/api/v1/", SCHEMA, "/health/live", "/health/ready", "/metrics"}
ANSWERED_HERE = ("/api/docs/", *GATEWAY.own_prefixes)
OPERATIONS = [(method.upper(), path) for path, methods in document()["paths"].items() for method in methods]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_each_operation_is_led_to(method: str, path: str) -> None:
    tables = {"/ws": socket_routes, **dict.fromkeys(ANSWERED_HERE, page_routes)}
    routes = next((table for beginning, table in tables.items() if path.startswith(beginning)), http_routes)()

    route = routes.find(re.sub(r"{\w+}", "0190b8c4-7f2e-7d3a-9a1e-5b0c8d4f6a21", path), method)

    assert (route is not None) == (path not in OURS)


def test_each_route_leads_to_something_that_is_told_of() -> None:
    """What a service itself answers below it, its own tests hold against the document (config/test_urls.py)."""
    tables = (http_routes(), page_routes(), socket_routes())
    routes = [route for table in tables for route in table.routes if is_of_the_api(route)]
    told = {route for method, path in OPERATIONS for table in tables if (route := table.find(path, method))}

    assert [route.name for route in routes if route not in told] == []


def is_of_the_api(route: Route) -> bool:
    return route.prefix == "/" or route.prefix.startswith(("/api/", "/.well-known/", "/ws/"))


def test_each_answer_of_the_gateways_own_is_told_of() -> None:
    assert [path for path in (*OURS, *COMPOSITIONS) if ("GET", path) not in OPERATIONS] == []


class TestSchema:
    def test_is_the_one_that_was_generated_with_the_shops_own_address(self, door: Door) -> None:
        answer = door.ask("GET", SCHEMA)

        served = json.loads(answer.body)
        assert answer.status == 200
        assert answer.get("content-type") == "application/vnd.oai.openapi+json;version=3.1"
        assert served.pop("servers") == [{"url": PUBLIC_URL}]
        assert served == {name: part for name, part in document().items() if name != "servers"}

    def test_is_not_sent_again_to_who_has_it(self, door: Door) -> None:
        first = door.ask("GET", SCHEMA)

        again = door.ask("GET", SCHEMA, headers=[("If-None-Match", f'"other", W/{first.get("etag")}')])

        assert (again.status, again.body, again.get("etag")) == (304, b"", first.get("etag"))
        assert first.get("cache-control") == "public, no-cache"

    def test_is_sent_to_who_has_an_old_one(self, door: Door) -> None:
        assert door.ask("GET", SCHEMA, headers=[("If-None-Match", '"old"')]).status == 200

    def test_is_only_for_reading(self, door: Door) -> None:
        assert door.ask("POST", SCHEMA).status == 405
