"""The list of products, and the tree of categories."""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from common.money import Money
from product_svc.catalog.rules import ImageDraft, VariantDraft
from product_svc.inventory import services as inventory
from tests.product_svc.factories import NOON, CategoryFactory, line, product, seller, seller_changed

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products/"
CATEGORIES = "/api/v1/categories/"
Client = Callable[..., Any]


def titles(client: Any, **query: str) -> list[str]:
    """What a list shows, page after page."""
    address, found = f"{PRODUCTS}?{urlencode(query)}", []
    while address:
        page = client.get(address).json()
        found += [item["title"] for item in page["results"]]
        address = page["next"]
    return found


class TestProducts:
    def test_shows_items_as_promised(self, visitor: Any, settings: Any) -> None:
        settings.PUBLIC_URL = "https://shop.example"
        file_id = uuid.uuid4()
        mug = product(images=[ImageDraft(file_id=file_id), ImageDraft(file_id=uuid.uuid4())])

        page = visitor.get(PRODUCTS).json()

        content = f"https://shop.example/api/v1/files/{file_id}/content/"
        item = {
            "id": str(mug.id),
            "slug": "mug",
            "title": "Mug",
            "price": {"amount": "12.50", "currency": "USD"},
            "image": {
                "id": str(file_id),
                "alt": "Mug",
                "thumb": f"{content}?variant=thumb",
                "medium": f"{content}?variant=medium",
                "large": f"{content}?variant=large",
            },
            "rating": {"average": None, "count": 0},
            "in_stock": True,
            "seller": {"id": str(mug.seller_id), "name": "Ada Lovelace"},
        }
        assert page == {"next": None, "previous": None, "results": [item]}

    def test_shows_null_for_no_picture(self, visitor: Any) -> None:
        product()

        assert visitor.get(PRODUCTS).json()["results"][0]["image"] is None

    def test_shows_only_what_is_published(self, client_of: Client) -> None:
        ada = seller()
        for status in ("draft", "published", "archived"):
            product(status.upper(), title=status, status=status, author=ada)

        assert titles(client_of(ada.id, "seller")) == ["published"]

    @pytest.mark.parametrize("role", ["support", "admin"])
    def test_shows_staff_each_status(self, client_of: Client, role: str) -> None:
        for status in ("draft", "published", "archived"):
            product(status.upper(), title=status, status=status)
            product(f"{status}-LAMP", title=f"lamp {status}", status=status)
        staff = client_of(uuid.uuid4(), role)

        for status in ("draft", "published", "archived"):
            assert titles(staff, status=status, page_size="1") == [f"lamp {status}", status]
            assert titles(staff, status=status, search="lamp") == [f"lamp {status}"]
        assert titles(staff) == ["lamp published", "published"]
        assert staff.get(PRODUCTS, {"status": "draft"})["Cache-Control"] == "private, no-cache"

    def test_shows_staff_as_published_what_is_withheld(self, client_of: Client, hear: Any) -> None:
        ada = seller()
        product("A", title="hers", author=ada)
        product("B", title="theirs")
        hear(seller_changed(ada, "suspended"))

        staff = client_of(uuid.uuid4(), "support")

        assert titles(staff) == ["theirs"]
        assert titles(staff, status="published") == ["theirs", "hers"]

    @pytest.mark.parametrize("who", [(), ("customer",), ("seller",)])
    @pytest.mark.parametrize("status", ["draft", "published", "archived", "withheld", "sold"])
    def test_shows_the_status_to_nobody_else(self, client_of: Client, who: tuple[str, ...], status: str) -> None:
        client = client_of(uuid.uuid4(), *who) if who else client_of()

        answer = client.get(PRODUCTS, {"status": status})

        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["status"])

    @pytest.mark.parametrize("count", [1, 20])
    def test_costs_the_same_however_much_it_shows(
        self, visitor: Any, django_assert_num_queries: Callable[[int], Any], count: int
    ) -> None:
        for number in range(count):
            product(f"MUG-{number}", images=[ImageDraft(file_id=uuid.uuid4())])

        with django_assert_num_queries(1):
            assert len(visitor.get(PRODUCTS).json()["results"]) == count


class TestFilters:
    def test_search_finds_words_in_title_and_description(self, visitor: Any) -> None:
        product("A", title="Storm Lantern", description="It burns for hours.")
        product("B", title="Lamp", description="Not for a storm.")

        assert titles(visitor, search="STORM burns") == ["Storm Lantern"]
        assert titles(visitor, search="%") == []

    def test_category_includes_those_below(self, visitor: Any) -> None:
        home, other = CategoryFactory(slug="home"), CategoryFactory(slug="other")
        lamps = CategoryFactory(parent=home)
        product("A", title="lamp", category=lamps.slug)
        product("B", title="sofa", category=str(home.id))
        product("C", title="boat", category=other.slug)

        assert titles(visitor, category="home") == titles(visitor, category=str(home.id)) == ["sofa", "lamp"]
        assert titles(visitor, category="nowhere") == titles(visitor, category=str(uuid.uuid4())) == []

    def test_seller(self, visitor: Any) -> None:
        ada = seller()
        product("A", title="hers", author=ada)
        product("B", title="theirs")

        assert titles(visitor, seller=str(ada.id)) == ["hers"]

    def test_prices_count_in_each_currency(self, visitor: Any) -> None:
        product("A", title="dollars", price=Money(1000, "USD"))
        product("B", title="yen", price=Money(10, "JPY"))
        product("C", title="dinars", price=Money(10_001, "KWD"))

        assert titles(visitor, min_price="10", max_price="10") == ["yen", "dollars"]
        assert titles(visitor, min_price="10.0005") == ["dinars"]
        assert titles(visitor, max_price="9.999") == []

    def test_stock_counts_what_is_left(self, visitor: Any) -> None:
        product("A", title="plenty", stock=2)
        product("B", title="promised", stock=1)
        product("C", title="none", stock=0)
        inventory.reserve_stock(order_id=uuid.uuid4(), lines=[line("B", 1)], now=NOON)

        assert titles(visitor, in_stock="true") == ["plenty"]
        assert titles(visitor, in_stock="false") == ["none", "promised"]

    def test_sku_finds_a_variant(self, client_of: Client, visitor: Any) -> None:
        product(title="mug", variants=[VariantDraft(sku="A"), VariantDraft(sku="B")])
        product("C", title="draft", status="draft")

        assert titles(visitor, sku="B") == ["mug"]
        assert titles(visitor, sku="b") == titles(visitor, sku="C") == []
        assert titles(client_of(uuid.uuid4(), "admin"), sku="C") == ["draft"]

    @pytest.mark.parametrize(
        ("ordering", "expected"),
        [
            ("price", ["first", "last", "middle"]),
            ("-price", ["middle", "last", "first"]),
            ("newest", ["last", "middle", "first"]),
            ("rating", ["last", "middle", "first"]),
            ("relevance", ["last", "middle", "first"]),
        ],
    )
    def test_ordering_holds_from_page_to_page(self, visitor: Any, ordering: str, expected: list[str]) -> None:
        for title, minor in [("first", 100), ("middle", 300), ("last", 200)]:
            product(title, title=title, price=Money(minor, "USD"))

        assert titles(visitor, ordering=ordering, page_size="1") == expected

    def test_equal_prices_are_each_shown_once(self, visitor: Any) -> None:
        for number in range(7):
            product(f"MUG-{number}", title=f"mug {number}")

        assert sorted(titles(visitor, ordering="price", page_size="2")) == [f"mug {number}" for number in range(7)]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("category", "no/slug"),
            ("category", ""),
            ("seller", "ada"),
            ("min_price", "cheap"),
            ("min_price", "-1"),
            ("max_price", "1e309"),
            ("max_price", "NaN"),
            ("min_price", "9" * 400),
            ("in_stock", "perhaps"),
            ("ordering", "title"),
            ("sku", "a b"),
            ("sku", "a" * 65),
            ("search", "x" * 10_000),
            ("page_size", "0"),
            ("page_size", "many"),
            ("cursor", "nonsense"),
            ("cursor", b64encode(b"p=yesterday").decode()),
        ],
    )
    def test_a_bad_one_is_named(self, visitor: Any, name: str, value: str) -> None:
        answer = visitor.get(PRODUCTS, {name: value})

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == [name]

    def test_a_cursor_of_another_order_is_refused(self, visitor: Any) -> None:
        product("A")
        product("B")
        cursor = b64encode(b"p=2026-01-01 12:00:00+00:00").decode()

        assert visitor.get(PRODUCTS, {"ordering": "price", "cursor": cursor}).status_code == 400

    @pytest.mark.parametrize("search", ["%00", "%ff%fe", "'; drop table", "\\", "_" * 200, "a " * 100])
    def test_a_strange_search_finds_nothing(self, visitor: Any, search: str) -> None:
        assert visitor.get(f"{PRODUCTS}?search={search}").status_code in {200, 400}


class TestCategories:
    def test_shows_a_tree(self, visitor: Any) -> None:
        home = CategoryFactory(slug="home", name="At home")
        lamps = CategoryFactory(slug="lamps", name="Lamps", parent=home)

        below = {"id": str(lamps.id), "slug": "lamps", "name": "Lamps", "parent": str(home.id), "children": []}
        tree = [{"id": str(home.id), "slug": "home", "name": "At home", "parent": None, "children": [below]}]
        assert visitor.get(CATEGORIES).json() == {"next": None, "previous": None, "results": tree}

    def test_grows(self, client_of: Client) -> None:
        home = CategoryFactory(slug="home")

        answer = client_of(uuid.uuid4(), "admin").post(CATEGORIES, {"slug": "lamps", "name": "L", "parent": "home"})

        assert answer.status_code == 201
        assert (answer.json()["slug"], answer.json()["parent"]) == ("lamps", str(home.id))

    def test_gives_a_slug_once(self, client_of: Client) -> None:
        CategoryFactory(slug="home")

        answer = client_of(uuid.uuid4(), "admin").post(CATEGORIES, {"slug": "home", "name": "Home"})

        assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"name": "x"}, "slug"),
            ({"slug": "x"}, "name"),
            ({"slug": "a b", "name": "x"}, "slug"),
            ({"slug": "x" * 121, "name": "x"}, "slug"),
            ({"slug": str(uuid.uuid4()), "name": "x"}, "slug"),
            ({"slug": "x", "name": "x" * 101}, "name"),
            ({"slug": "x", "name": "a\x00"}, "name"),
            ({"slug": "x", "name": "x", "parent": "nowhere"}, "parent"),
            ({"slug": "x", "name": "x", "parent": {}}, "parent"),
        ],
    )
    def test_refuses_what_is_none(self, client_of: Client, body: dict[str, Any], field: str) -> None:
        answer = client_of(uuid.uuid4(), "admin").post(CATEGORIES, body)

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == [field]
