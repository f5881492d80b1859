"""Which indexes a list is read off, in a shop that has enough products for it to matter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from product_svc.catalog.api import pages
from product_svc.catalog.models import Category, SellerProfile
from product_svc.catalog.selectors.search import CANDIDATES
from tests.product_svc.factories import CategoryFactory, SellerProfileFactory

FILL = """
INSERT INTO catalog_product (
    id, created_at, updated_at, seller_id, slug, title, description, category_id, price_minor, currency, attributes,
    status, version, rating_count, rating_sum, is_in_stock, keywords
)
SELECT gen_random_uuid(), now() - n * interval '1 minute', now(), (%(sellers)s::uuid[])[1 + n %% 20], 'product-' || n,
    'Product ' || md5(n::text), 'It is what it is.', (%(shelves)s::uuid[])[1 + n %% 20], 100 + n %% 5000, 'USD', '{}',
    'published', 1, n %% 7, n %% 7 * (1 + n %% 5), n %% 20 > 0, ''
FROM generate_series(1, 20000) AS n
"""


@pytest.fixture(scope="module")
def big_shop(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Twenty thousand products of twenty sellers on twenty shelves, all below one category."""
    with django_db_blocker.unblock():
        top = CategoryFactory(slug="top")
        shelves = [CategoryFactory(slug=f"shelf-{number}", parent=top).id for number in range(20)]
        sellers = [SellerProfileFactory().id for _ in range(20)]
        with connection.cursor() as cursor:
            cursor.execute(FILL, {"shelves": shelves, "sellers": sellers})
            cursor.execute("VACUUM ANALYZE")
        yield
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE catalog_product CASCADE")
        Category.objects.filter(parent__isnull=False).delete()
        Category.objects.all().delete()
        SellerProfile.objects.all().delete()


def plan_of(query: dict[str, str], *, shows_all: bool = False) -> list[dict[str, Any]]:
    """The steps in which PostgreSQL finds a page."""
    with CaptureQueriesContext(connection) as told:
        assert pages.products_listed(pages.ListQuestion.of(urlencode(query)), shows_all=shows_all)["results"]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {told[-1]['sql']}")
        found = cursor.fetchone()[0]
    return list(steps((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]))


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for step in plan.get("Plans", []):
        yield from steps(step)


@pytest.mark.django_db
@pytest.mark.usefixtures("big_shop")
class TestList:
    @pytest.mark.parametrize(
        ("ordering", "index"), [("newest", "age"), ("price", "price"), ("-price", "price"), ("rating", "rating")]
    )
    @pytest.mark.parametrize(
        ("query", "narrowed"),
        [
            ({}, "by"),
            ({"category": "top"}, "category"),
            ({"category": "shelf-3"}, "category"),
            ({"seller": ""}, "seller"),
            ({"in_stock": "false"}, "is_in_stock"),
        ],
        ids=["all", "branch", "shelf", "seller", "in_stock"],
    )
    def test_is_read_off_an_index(self, query: dict[str, str], narrowed: str, ordering: str, index: str) -> None:
        if "seller" in query:
            query = {"seller": str(SellerProfile.objects.values_list("id", flat=True)[0])}

        plan = plan_of({**query, "ordering": ordering})

        assert f"published_{narrowed}_{index}" in {step.get("Index Name") for step in plan}
        assert not [
            step for step in plan if step["Node Type"] == "Seq Scan" and step["Relation Name"] == "catalog_product"
        ]
        assert sum(step["Actual Rows"] * step["Actual Loops"] for step in plan) < 2_500

    def test_of_a_price_range_reads_that_range(self) -> None:
        plan = plan_of({"min_price": "10", "max_price": "10.10", "ordering": "price"})

        assert "published_by_price" in {step.get("Index Name") for step in plan}
        of_products = [step for step in plan if step.get("Relation Name") == "catalog_product"]
        assert not [step for step in of_products if step.get("Rows Removed by Filter")]

    @pytest.mark.parametrize("ordering", ["newest", "rating"])
    def test_passes_over_what_costs_too_much_within_the_index(self, ordering: str) -> None:
        plan = plan_of({"category": "top", "min_price": "10", "max_price": "10.10", "ordering": ordering})

        of_products = [step for step in plan if step.get("Relation Name") == "catalog_product"]
        assert not [step for step in of_products if step.get("Rows Removed by Filter")]

    def test_of_a_status_is_read_off_an_index(self) -> None:
        plan = plan_of({"status": "published"}, shows_all=True)

        assert "chosen_by_age" in {step.get("Index Name") for step in plan}
        assert sum(step["Actual Rows"] * step["Actual Loops"] for step in plan) < 500

    def test_of_a_rare_word_asks_the_words(self) -> None:
        for ordering in ("relevance", "price", "newest"):
            plan = plan_of({"search": "c4ca4238a0b923820dcc509a6f75849b", "ordering": ordering})
            assert sum(step["Actual Rows"] * step["Actual Loops"] for step in plan) < 100

    def test_of_a_common_word_ranks_no_more_than_the_candidates(self) -> None:
        plan = plan_of({"search": "product"})

        assert max(step["Actual Rows"] for step in plan) <= CANDIDATES
