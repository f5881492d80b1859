"""Walking through long lists, there and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from product_svc.catalog.models import Product
from tests.product_svc.factories import CategoryFactory, SellerProfileFactory, product, products

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products/"
MANY = 2_500


def walk(client: Any, address: str, way: str = "next") -> Iterator[dict[str, Any]]:
    """A page, and all that follow it one way."""
    while address:
        page = client.get(address).json()
        yield page
        address = page[way]


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["results"]]


class TestWalk:
    @pytest.mark.parametrize(
        "query",
        [
            {"ordering": "price"},
            {"ordering": "-price"},
            {"ordering": "newest"},
            {"ordering": "rating"},
            {"ordering": "price", "category": "home"},
            {"ordering": "price", "search": "product"},
        ],
        ids=urlencode,
    )
    def test_shows_each_of_equal_products_once_there_and_back(self, visitor: Any, query: dict[str, str]) -> None:
        home = CategoryFactory(slug="home")
        shelves = [home, *(CategoryFactory(parent=home) for _ in range(3))]
        for number in range(5):
            products(MANY // 5, category=shelves[number % 4])

        there = list(walk(visitor, f"{PRODUCTS}?{urlencode({**query, 'page_size': 100})}"))
        back = list(walk(visitor, there[-2]["next"], "previous"))

        forwards = [found for page in there for found in ids(page)]
        assert len(forwards) == len(set(forwards)) == MANY
        assert [found for page in reversed(back) for found in ids(page)] == forwards
        assert back[-1]["next"] is not None

    def test_misses_and_repeats_nothing_while_products_come(self, visitor: Any) -> None:
        products(MANY)
        before = {str(found) for found in Product.objects.values_list("id", flat=True)}

        seen: list[str] = []
        for page in walk(visitor, f"{PRODUCTS}?ordering=price&page_size=100"):
            seen += ids(page)
            products(10)

        assert len(seen) == len(set(seen))
        assert before <= set(seen)


class TestCursor:
    def test_belongs_to_its_question(self, visitor: Any) -> None:
        category, seller = CategoryFactory(slug="home"), SellerProfileFactory()
        products(3, category=category, seller=seller)
        url = visitor.get(PRODUCTS, {"page_size": "1", "category": "home"}).json()["next"]
        cursor = parse_qs(urlsplit(url).query)["cursor"][0]

        for query in (
            {},
            {"category": "other"},
            {"category": "home", "seller": str(seller.id)},
            {"category": "home", "ordering": "price"},
            {"category": "home", "search": "mug"},
        ):
            answer = visitor.get(PRODUCTS, {**query, "cursor": cursor})
            assert (answer.status_code, list(answer.json()["errors"])) == (400, ["cursor"])
        assert visitor.get(PRODUCTS, {"category": "home", "ordering": "newest", "cursor": cursor}).status_code == 200

    def test_is_refused_for_another_list(self, visitor: Any) -> None:
        mug = product()
        products(2)
        cursor = parse_qs(urlsplit(visitor.get(PRODUCTS, {"page_size": "1"}).json()["next"]).query)["cursor"][0]

        assert visitor.get(f"{PRODUCTS}{mug.id}/reviews/", {"cursor": cursor}).status_code == 400


class TestCosts:
    @pytest.mark.parametrize("count", [1, 100])
    @pytest.mark.parametrize(("query", "queries"), [({}, 1), ({"category": "home"}, 2), ({"in_stock": "true"}, 1)])
    def test_the_same_queries_however_much_is_shown(
        self,
        visitor: Any,
        django_assert_num_queries: Callable[[int], Any],
        count: int,
        query: dict[str, str],
        queries: int,
    ) -> None:
        home = CategoryFactory(slug="home")
        products(count, category=CategoryFactory(parent=home), is_in_stock=True)

        with django_assert_num_queries(queries):
            page = visitor.get(PRODUCTS, {**query, "page_size": "100"}).json()
        assert len(page["results"]) == count

    def test_an_answer_that_is_known_is_not_sent_again(self, visitor: Any) -> None:
        product("A")
        known = visitor.get(PRODUCTS)["ETag"]

        assert visitor.get(PRODUCTS, HTTP_IF_NONE_MATCH=known).status_code == 304
        product("B")
        assert visitor.get(PRODUCTS, HTTP_IF_NONE_MATCH=known).status_code == 200
