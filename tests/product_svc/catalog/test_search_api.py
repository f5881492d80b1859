"""Finding products by words."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from common.money import Money
from product_svc.catalog import services
from product_svc.catalog.selectors import search as searching
from tests.product_svc.factories import CategoryFactory, Somebody, product

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products/"


def found(client: Any, search: str, **query: str) -> list[str]:
    return [item["title"] for item in client.get(PRODUCTS, {"search": search, **query}).json()["results"]]


def titles_in(client: Any, *, page_size: str = "2", **query: str) -> list[str]:
    """Those on all pages of a list."""
    shown, address = [], f"{PRODUCTS}?{urlencode({**query, 'page_size': page_size})}"
    while address:
        page = client.get(address).json()
        shown += [item["title"] for item in page["results"]]
        address = page["next"]
    return shown


class TestSearch:
    @pytest.mark.parametrize(
        "search",
        ["iphone", "iphon", "IPHO", "ip", "iphone 15", "15 iphone", "iphones", "phone iphone", "apple", "black"],
    )
    def test_finds_what_people_type(self, visitor: Any, search: str) -> None:
        product("A", title="iPhone 15", description="A phone by Apple.", attributes={"colour": "Black"})
        product("B", title="Lamp")

        assert found(visitor, search) == ["iPhone 15"]

    @pytest.mark.parametrize("search", ["iphome", "iphonr 15", "aple iphone", "appel iphone"])
    def test_finds_what_is_written_almost_like_it(self, visitor: Any, search: str) -> None:
        product("A", title="Apple iPhone 15")
        product("B", title="Lamp")

        assert found(visitor, search) == ["Apple iPhone 15"]

    def test_guesses_only_where_nothing_has_the_words(self, visitor: Any) -> None:
        product("A", title="Lantern")
        product("B", title="Lanterne")

        assert set(found(visitor, "lanternn")) == {"Lantern", "Lanterne"}
        assert set(found(visitor, "lanternn", ordering="price")) == {"Lantern", "Lanterne"}
        assert found(visitor, "lanterne", in_stock="false") == []

    def test_wants_all_words(self, visitor: Any) -> None:
        product("A", title="Storm Lantern")
        product("B", title="Storm Jacket")

        assert found(visitor, "storm lantern") == ["Storm Lantern"]

    def test_finds_by_seller_and_category_whatever_they_are_called_now(self, visitor: Any) -> None:
        lights = CategoryFactory(slug="lights", name="Lights")
        ada = Somebody(uuid.uuid4(), "Lovelace Ltd")
        mug = product("A", title="Mug", author=ada, category="lights")

        assert found(visitor, "lovelace") == found(visitor, "light mug") == ["Mug"]

        services.keep_seller(seller_id=mug.seller_id, name="Babbage Ltd", version=1)
        services.change_category(key=str(lights.id), changes={"name": "Kitchen"})

        assert found(visitor, "babbage kitchen") == ["Mug"]
        assert found(visitor, "lovelace") == found(visitor, "lights") == []

    def test_finds_by_the_category_that_a_product_was_moved_to(self, visitor: Any) -> None:
        CategoryFactory(slug="lights", name="Lights")
        ada = Somebody(uuid.uuid4())
        mug = product("A", title="Mug", author=ada)

        services.change_product(editor=ada, key=str(mug.id), changes={"category": "lights"}, now=mug.created_at)

        assert found(visitor, "lights") == ["Mug"]

    @pytest.mark.parametrize(
        ("search", "titles"),
        [
            ('"blue mug"', ["Blue Mug"]),
            ("mug -blue", ["Red Mug"]),
            ("sofa or red", ["Red Mug"]),
        ],
    )
    def test_knows_quotes_and_signs(self, visitor: Any, search: str, titles: list[str]) -> None:
        for title in ("Blue Mug", "Red Mug", "Mug, deep blue as the sea"):
            product(title.replace(" ", "").replace(",", ""), title=title)

        assert found(visitor, search) == titles

    @pytest.mark.parametrize(
        ("search", "titles"),
        [
            ("the", ["The Lamp"]),
            ("of the", ["The Lamp"]),
            ("!!!", []),
            ("🙂", []),
            ("%", []),
            ("\\", []),
            ("'", []),
            ("':*", []),
            ("& | ! ( ) <->", []),
            ("'; drop table", []),
            ("_" * 200, []),
            ("x " * 100, []),
            ("-", []),
            ('"', []),
            ("灯", ["灯"]),
            ("ÜBER", ["Über"]),
        ],
    )
    def test_has_an_answer_to_the_strange(self, visitor: Any, search: str, titles: list[str]) -> None:
        for number, title in enumerate(("The Lamp", "灯", "Über")):
            product(f"S-{number}", title=title)

        answer = visitor.get(PRODUCTS, {"search": search})

        assert answer.status_code == 200
        assert [item["title"] for item in answer.json()["results"]] == titles

    @pytest.mark.parametrize("search", ["", " ", " \t "])
    def test_of_nothing_is_none(self, visitor: Any, search: str) -> None:
        product("A", title="Lamp")

        assert found(visitor, search) == ["Lamp"]

    @pytest.mark.parametrize("search", ["x" * 201, "x" * 10_000])
    def test_refuses_what_nobody_types(self, visitor: Any, search: str) -> None:
        answer = visitor.get(PRODUCTS, {"search": search})

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == ["search"]

    def test_refuses_what_cannot_be_stored(self, visitor: Any) -> None:
        assert visitor.get(f"{PRODUCTS}?search=a%00b").status_code == 400

    def test_shows_no_draft(self, visitor: Any) -> None:
        product("A", title="Lamp", status="draft")

        assert found(visitor, "lamp") == found(visitor, "lapm") == []


class TestOrder:
    def test_puts_titles_above_descriptions_however_old(self, visitor: Any) -> None:
        product("A", title="Lantern")
        product("B", title="Lantern Oil")
        product("C", title="Match", description="To light a lantern.")

        assert set(found(visitor, "lantern")[:2]) == {"Lantern", "Lantern Oil"}
        assert found(visitor, "lantern")[2] == "Match"
        assert found(visitor, "lantern", ordering="relevance") == found(visitor, "lantern")

    def test_can_be_another(self, visitor: Any) -> None:
        product("A", title="Lantern", price=Money(300, "USD"))
        product("B", title="Match", description="To light a lantern.", price=Money(100, "USD"))

        assert found(visitor, "lantern", ordering="price") == ["Match", "Lantern"]
        assert found(visitor, "lantern", ordering="newest") == ["Match", "Lantern"]

    @pytest.mark.parametrize("search", ["lantern", "lantenr"])
    def test_holds_from_page_to_page(self, visitor: Any, search: str) -> None:
        for number in range(7):
            product(f"L-{number}", title=f"Lantern {'of brass ' * (number % 3)}{number}")
        everything = found(visitor, search)

        shown = titles_in(visitor, search=search)

        assert len(shown) == 7
        assert shown == everything

    def test_of_too_many_weighs_some_with_titles_first_and_the_newest(
        self, visitor: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(searching, "CANDIDATES", 2)
        monkeypatch.setattr(searching, "NEAR", 1)
        product("A", title="Match A", description="To light a lantern.")
        product("B", title="Lantern")
        for number in range(4):
            product(f"M-{number}", title=f"Match {number}", description="To light a lantern.")
        services.count_words()

        weighed = found(visitor, "lantern")

        assert weighed[0] == "Lantern"
        assert "Match 3" in weighed
        assert len(weighed) < len(found(visitor, "lantern", ordering="newest")) == 6

    @pytest.mark.parametrize("ordering", ["newest", "price", "-price", "rating"])
    @pytest.mark.parametrize("near", [1, 1_000])
    def test_of_too_many_is_that_of_all(
        self, visitor: Any, monkeypatch: pytest.MonkeyPatch, ordering: str, near: int
    ) -> None:
        for number in range(6):
            product(f"L-{number}", title=f"Lantern {number}", price=Money(100 + 7 * number % 5, "USD"))
            product(f"M-{number}", title=f"Match {number}", price=Money(100 + 3 * number % 5, "USD"))
        services.count_words()
        query = {"ordering": ordering, "min_price": "1.01"}
        lanterns = [title for title in titles_in(visitor, **query) if title.startswith("Lantern")]
        monkeypatch.setattr(searching, "CANDIDATES", 2)
        monkeypatch.setattr(searching, "NEAR", near)

        assert titles_in(visitor, search="lantern", **query) == lanterns


class TestCosts:
    @pytest.mark.parametrize("count", [1, 100])
    def test_the_same_queries_however_much_is_found(
        self, visitor: Any, django_assert_num_queries: Callable[[int], Any], count: int
    ) -> None:
        ada = Somebody(uuid.uuid4())
        for number in range(count):
            product(f"L-{number}", title="Lantern", author=ada)

        with django_assert_num_queries(3):
            assert len(visitor.get(PRODUCTS, {"search": "lantern", "page_size": "100"}).json()["results"]) == count
