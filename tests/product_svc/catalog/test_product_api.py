"""One product over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from product_svc.catalog.models import Product
from product_svc.catalog.rules import ImageDraft, VariantDraft
from product_svc.inventory import services as inventory
from tests.product_svc.factories import NOON, CategoryFactory, Somebody, line, product

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products/"
SELLER = Somebody(uuid.UUID(int=1))
PRICE = {"amount": "12.50", "currency": "USD"}
MUG = {"title": "Mug", "price": PRICE}
Client = Callable[..., Any]


@pytest.fixture
def ada(client_of: Client) -> Any:
    """The seller."""
    return client_of(SELLER.id, "seller", name="Ada Lovelace")


class TestCreate:
    def test_answers_with_the_whole_product(self, ada: Any, told: Any) -> None:
        shelf = CategoryFactory(slug="table", name="Table")
        file_id = str(uuid.uuid4())
        body = {
            **MUG,
            "description": "Holds <b>tea</b>.",
            "category": "table",
            "attributes": {"brand": "Emberly"},
            "images": [file_id],
            "variants": [
                {"sku": "MUG-R", "stock": 4, "attributes": {"colour": "Rust"}},
                {"sku": "MUG-P", "stock": 0, "attributes": {}, "price": {"amount": "15", "currency": "USD"}},
            ],
            "status": "published",
        }

        answer = ada.post(PRODUCTS, body)

        shown = answer.json()
        assert answer.status_code == 201
        assert shown["category"] == {"id": str(shelf.id), "slug": "table", "name": "Table"}
        assert shown["seller"] == {"id": str(SELLER.id), "name": "Ada Lovelace"}
        assert [image["id"] for image in shown["images"]] == [shown["image"]["id"]] == [file_id]
        assert (shown["status"], shown["in_stock"]) == ("published", True)
        assert shown["description"] == "Holds <b>tea</b>."
        assert shown["attributes"] == {"brand": "Emberly"}
        assert shown["variants"] == [
            {"sku": "MUG-R", "title": "Rust", "price": PRICE, "available": 4, "attributes": {"colour": "Rust"}},
            {
                "sku": "MUG-P",
                "title": "",
                "price": {"amount": "15.00", "currency": "USD"},
                "available": 0,
                "attributes": {},
            },
        ]

    def test_refuses_a_taken_sku(self, ada: Any) -> None:
        product("MUG")

        answer = ada.post(PRODUCTS, {**MUG, "variants": [{"sku": "MUG", "stock": 1, "attributes": {}}]})

        assert (answer.status_code, answer.json()["code"]) == (409, "sku_taken")

    def test_takes_words_for_a_picture(self, ada: Any) -> None:
        images = [{"id": str(uuid.uuid4()), "alt": "A blue mug"}]

        assert ada.post(PRODUCTS, {**MUG, "images": images}).json()["image"]["alt"] == "A blue mug"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": ""}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"title": "a\x00b"}, "title"),
            ({"title": ["Mug"]}, "title"),
            ({"description": "x" * 20_001}, "description"),
            ({"description": None}, "description"),
            ({"category": "nowhere"}, "category"),
            ({"category": str(uuid.uuid4())}, "category"),
            ({"category": 1.5}, "category"),
            ({"price": None}, "price"),
            ({"price": "12.50"}, "price"),
            ({"price": {"amount": "12.505", "currency": "USD"}}, "price"),
            ({"price": {"amount": "-1", "currency": "USD"}}, "price"),
            ({"price": {"amount": "0", "currency": "USD"}}, "price"),
            ({"price": {"amount": "1e309", "currency": "USD"}}, "price"),
            ({"price": {"amount": "NaN", "currency": "USD"}}, "price"),
            ({"price": {"amount": "1", "currency": "ZZZ"}}, "price"),
            ({"price": {"amount": "1", "currency": {}}}, "price"),
            ({"attributes": []}, "attributes"),
            ({"attributes": {"a": True}}, "attributes.a"),
            ({"attributes": {"a": {"b": "c"}}}, "attributes.a"),
            ({"attributes": {"a": "x" * 501}}, "attributes.a"),
            ({"attributes": {"x" * 65: "a"}}, "attributes"),
            ({"attributes": {"a\x00": "a"}}, "attributes"),
            ({"attributes": {"": "a"}}, "attributes"),
            ({"attributes": {str(number): "a" for number in range(51)}}, "attributes"),
            ({"images": ["mug.png"]}, "images.0.id"),
            ({"images": [7, None]}, "images.0"),
            ({"images": [str(uuid.uuid4())] * 21}, "images"),
            ({"images": "mug"}, "images"),
            ({"variants": []}, "variants"),
            ({"variants": {}}, "variants"),
            ({"variants": [{}]}, "variants.0.sku"),
            ({"variants": [{"sku": "a b"}]}, "variants.0.sku"),
            ({"variants": [{"sku": "x" * 65}]}, "variants.0.sku"),
            ({"variants": [{"sku": "A"}, {"sku": "A"}]}, "variants.1.sku"),
            ({"variants": [{"sku": "A", "stock": -1}]}, "variants.0.stock"),
            ({"variants": [{"sku": "A", "stock": 10**30}]}, "variants.0.stock"),
            ({"variants": [{"sku": "A", "price": {"amount": "1", "currency": "EUR"}}]}, "variants.0.price"),
            ({"variants": [{"sku": "A", "attributes": {"a": []}}]}, "variants.0.attributes.a"),
            ({"variants": [{"sku": f"A{number}"} for number in range(10_000)]}, "variants"),
            ({"status": "sold"}, "status"),
            ({"seller": "me"}, "seller"),
        ],
    )
    def test_names_what_is_bad(self, ada: Any, changes: dict[str, Any], field: str) -> None:
        answer = ada.post(PRODUCTS, {**MUG, **changes})

        assert answer.status_code == 400
        assert field in answer.json()["errors"]
        assert not Product.objects.exists()

    @pytest.mark.parametrize("content", ["", "{", "[]", "null", "7", '{"\\ud800": 1}', "[" * 100_000])
    def test_refuses_what_is_no_object(self, ada: Any, content: str) -> None:
        assert ada.generic("POST", PRODUCTS, content, content_type="application/json").status_code == 400

    def test_takes_json_only(self, ada: Any) -> None:
        assert ada.generic("POST", PRODUCTS, "<a/>", content_type="text/xml").status_code == 415


class TestRead:
    def test_is_found_by_id_and_by_slug(self, visitor: Any) -> None:
        mug = product()

        by_id, by_slug = visitor.get(f"{PRODUCTS}{mug.id}/"), visitor.get(f"{PRODUCTS}mug/")

        assert by_id.json() == by_slug.json()
        assert by_id.json()["id"] == str(mug.id)

    def test_hides_a_draft_from_all_but_its_seller_and_staff(self, client_of: Client, ada: Any, visitor: Any) -> None:
        product(status="draft", author=SELLER)
        people = [visitor, client_of(uuid.uuid4(), "seller"), ada, client_of(uuid.uuid4(), "support")]

        assert [client.get(f"{PRODUCTS}mug/").status_code for client in people] == [404, 404, 200, 200]

    @pytest.mark.parametrize("key", ["nothing", str(uuid.uuid4()), "%20", "a" * 500, "%E2%98%83"])
    def test_knows_no_such_product(self, visitor: Any, key: str) -> None:
        assert visitor.get(f"{PRODUCTS}{key}/").status_code == 404

    def test_is_sent_again_only_when_it_changed(self, visitor: Any) -> None:
        product("MUG", stock=3)
        address = f"{PRODUCTS}mug/"
        tag = visitor.get(address)["ETag"]

        unchanged = visitor.get(address, headers={"If-None-Match": tag})
        inventory.reserve_stock(order_id=uuid.uuid4(), lines=[line("MUG", 1)], now=NOON)
        changed = visitor.get(address, headers={"If-None-Match": tag})

        assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", tag)
        assert (changed.status_code, changed.json()["variants"][0]["available"]) == (200, 2)

    @pytest.mark.parametrize("count", [1, 20])
    def test_costs_the_same_however_much_it_shows(
        self, visitor: Any, django_assert_num_queries: Callable[[int], Any], count: int
    ) -> None:
        mug = product(
            variants=[VariantDraft(sku=f"MUG-{number}") for number in range(count)],
            images=[ImageDraft(file_id=uuid.uuid4()) for _ in range(count)],
            category=CategoryFactory().slug,
        )

        with django_assert_num_queries(3):
            assert len(visitor.get(f"{PRODUCTS}{mug.id}/").json()["variants"]) == count
        with django_assert_num_queries(3):
            assert len(visitor.get(f"{PRODUCTS}mug/").json()["variants"]) == count


class TestChange:
    def test_changes_what_is_given_and_nothing_else(self, ada: Any) -> None:
        product(author=SELLER, description="Old")

        answer = ada.patch(f"{PRODUCTS}mug/", {"title": "Great Mug", "attributes": {"a": "b"}})

        shown = answer.json()
        assert (answer.status_code, shown["title"], shown["slug"]) == (200, "Great Mug", "mug")
        assert (shown["description"], shown["price"], len(shown["variants"])) == ("Old", PRICE, 1)

    def test_takes_a_product_out_of_its_category(self, ada: Any) -> None:
        product(author=SELLER, category=CategoryFactory().slug)

        assert ada.patch(f"{PRODUCTS}mug/", {"category": None}).json()["category"] is None

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": None}, "title"),
            ({"variants": [{"stock": 5}]}, "variants.0.sku"),
            ({"variants": []}, "variants"),
            ({"price": {"amount": "1"}}, "price"),
            ({"images": [{}]}, "images.0.id"),
            ({"status": None}, "status"),
        ],
    )
    def test_names_what_is_bad(self, ada: Any, changes: dict[str, Any], field: str) -> None:
        product(author=SELLER)

        answer = ada.patch(f"{PRODUCTS}mug/", changes)

        assert answer.status_code == 400
        assert field in answer.json()["errors"]


class TestDelete:
    def test_takes_it_out_of_the_shop(self, ada: Any, visitor: Any) -> None:
        product(author=SELLER)

        assert ada.delete(f"{PRODUCTS}mug/").status_code == 204
        assert visitor.get(f"{PRODUCTS}mug/").status_code == 404
        assert visitor.get(PRODUCTS).json()["results"] == []


class TestWhoMay:
    """Each route that writes, each kind of person."""

    @pytest.mark.parametrize(
        ("method", "path", "body", "expected"),
        [
            ("post", "/api/v1/categories/", {"slug": "new", "name": "New"}, [401, 403, 403, 403, 201]),
            ("post", PRODUCTS, MUG, [401, 403, 201, 201, 201]),
            ("patch", f"{PRODUCTS}mug/", {"title": "Mine"}, [401, 403, 403, 200, 200]),
            ("delete", f"{PRODUCTS}mug/", None, [401, 403, 403, 204, 204]),
            ("patch", f"{PRODUCTS}draft/", {"title": "Mine"}, [401, 403, 404, 200, 200]),
            ("delete", f"{PRODUCTS}draft/", None, [401, 403, 404, 204, 204]),
        ],
    )
    def test_write(self, client_of: Client, method: str, path: str, body: Any, expected: list[int]) -> None:
        product("A", author=SELLER)
        product("B", author=SELLER, status="draft", title="Draft")
        people = [
            client_of(),
            client_of(uuid.uuid4(), "customer"),
            client_of(uuid.uuid4(), "seller"),
            client_of(SELLER.id, "seller"),
            client_of(uuid.uuid4(), "support"),
        ]

        assert [getattr(client, method)(path, body).status_code for client in people] == expected

    @pytest.mark.parametrize("path", [PRODUCTS, f"{PRODUCTS}mug/", "/api/v1/categories/"])
    def test_read(self, visitor: Any, client: Any, path: str) -> None:
        product()

        assert visitor.get(path).status_code == 200
        assert client.get(path).status_code == 401
