"""The pages that a benchmark asks for."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from product_svc.catalog.management.filling.products import BATCH

KINDS = (
    "list",
    "list, page 16",
    "category and price",
    "seller",
    "in stock",
    "search, common word",
    "search, rare word",
    "search, part of a word",
    "detail",
)


def sampled(*kinds: str) -> dict[str, Any]:
    told = StringIO()
    call_command("sample_pages", *kinds, stdout=told, stderr=StringIO())
    return json.loads(told.getvalue())


@pytest.mark.django_db(transaction=True)
class TestSamplePages:
    def test_names_pages_of_each_kind_that_show_something(self, visitor: Any) -> None:
        call_command("fill_catalogue", products=BATCH, stdout=StringIO())

        pages = sampled()

        assert tuple(pages) == KINDS
        for kind, found in pages.items():
            assert len({page["path"] for page in found}) == len(found) > 16, kind
            shown = [visitor.get(page["path"]).json() for page in found]
            filled = [page for page in shown if page.get("results") or page.get("variants")]
            assert len(filled) > len(found) / 2, kind

    def test_tells_the_sql_of_a_page_with_its_values(self) -> None:
        call_command("fill_catalogue", products=BATCH, stdout=StringIO())

        page = sampled("detail")["detail"][0]

        with connection.cursor() as cursor:
            cursor.execute(page["statements"][0])
            assert len(cursor.fetchall()) == 1

    def test_goes_as_deep_as_page_16_of_a_thousand_products(self, visitor: Any) -> None:
        call_command("fill_catalogue", products=BATCH, stdout=StringIO())
        first = visitor.get("/api/v1/products/?page_size=100").json()
        walked = [*first["results"]]
        while len(walked) < 320:
            first = visitor.get(first["next"]).json()
            walked += first["results"]

        page = visitor.get(sampled("list, page")["list, page 16"][0]["path"]).json()

        assert [item["id"] for item in page["results"]] == [item["id"] for item in walked[300:320]]


@pytest.mark.django_db(transaction=True)
def test_a_profile_names_what_was_called() -> None:
    call_command("fill_catalogue", products=BATCH, stdout=StringIO())
    told = StringIO()

    call_command("profile_page", "/api/v1/products/", times=2, cold=True, lines=400, stdout=told)

    assert "selectors/listing.py" in told.getvalue()
