"""The page of the API has every operation of its document."""

from __future__ import annotations

import json

from ops import api_page, openapi_document


class TestPage:
    def test_has_every_operation_once(self) -> None:
        document = openapi_document.PAGE.read_text()
        operations = [
            f"| `{method.upper()} {path}` |"
            for path, methods in json.loads(document)["paths"].items()
            for method in methods
        ]

        page = api_page.render(document)

        assert [operation for operation in operations if page.count(operation) != 1] == []

    def test_says_who_may_ask(self) -> None:
        lines = api_page.render(openapi_document.PAGE.read_text()).splitlines()

        (catalogue,) = (line for line in lines if line.startswith("| `GET /api/v1/products/` |"))
        (orders,) = (line for line in lines if line.startswith("| `GET /api/v1/orders/` |"))
        assert catalogue.endswith("| anyone |")
        assert orders.endswith("| signed in |")
