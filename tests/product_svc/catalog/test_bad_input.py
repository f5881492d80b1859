"""What is no product: each bad field is named, and nothing is a surprise to the service."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from product_svc.catalog import rules
from product_svc.catalog.models import Product
from tests.product_svc.factories import Somebody, product

pytestmark = pytest.mark.django_db

PRODUCTS = "/api/v1/products/"
SELLER = Somebody(uuid.UUID(int=1))
PRICE = {"amount": "12.50", "currency": "USD"}
MUG = {"title": "Mug", "price": PRICE}

PRICES: list[Any] = [
    {"amount": "1e309", "currency": "USD"},
    {"amount": 1e300, "currency": "USD"},
    {"amount": "NaN", "currency": "USD"},
    {"amount": "sNaN", "currency": "USD"},
    {"amount": "Infinity", "currency": "USD"},
    {"amount": "-Infinity", "currency": "USD"},
    {"amount": "9.999", "currency": "USD"},
    {"amount": 9.999, "currency": "USD"},
    {"amount": "1e-999999999", "currency": "USD"},
    {"amount": "100.5", "currency": "JPY"},
    {"amount": "1.2345", "currency": "KWD"},
    {"amount": "-0.01", "currency": "USD"},
    {"amount": -1, "currency": "USD"},
    {"amount": "0", "currency": "USD"},
    {"amount": "0.00", "currency": "USD"},
    {"amount": "-0", "currency": "USD"},
    {"amount": "9" * 40, "currency": "USD"},
    {"amount": 10**400, "currency": "USD"},
    {"amount": "10000000000.01", "currency": "USD"},
    {"amount": "", "currency": "USD"},
    {"amount": "12,50", "currency": "USD"},
    {"amount": "0x10", "currency": "USD"},
    {"amount": True, "currency": "USD"},
    {"amount": None, "currency": "USD"},
    {"amount": ["1"], "currency": "USD"},
    {"amount": "1", "currency": "usd"},
    {"amount": "1", "currency": "ZZZ"},
    {"amount": "1", "currency": ""},
    {"amount": "1", "currency": None},
    {"amount": "1", "currency": ["USD"]},
    {"amount": "1"},
    {"currency": "USD"},
    {"amount": "1", "currency": "USD", "minor": 100},
    {},
    [],
    "12.50",
    12.5,
    None,
    True,
]
LINES: list[Any] = [
    "",
    "   ",
    "\u00a0\u3000\t",
    "a\x00b",
    "a\x07b",
    "a\nb",
    "a\x7fb",
    "a\u202eb",
    "a\u2066b",
    "a\u200bb",
    "\ufeffa",
    "x" * 201,
    7,
    True,
    None,
    ["a"],
    {"a": "b"},
]
WRONG_TYPES: list[Any] = [
    None,
    True,
    7,
    1.5,
    -(10**30),
    "\u2603 no such thing",
    [],
    [[]],
    [None],
    {},
    {"a": [1]},
    "9" * 5000,
]


@pytest.fixture
def ada(client_of: Callable[..., Any]) -> Any:
    """The seller."""
    return client_of(SELLER.id, "seller", name="Ada Lovelace")


def bad_fields(answer: Any) -> list[str]:
    """The paths that a refusal names."""
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return list(answer.json()["errors"])


class TestPrices:
    @pytest.mark.parametrize("price", PRICES, ids=repr)
    def test_of_a_product(self, ada: Any, price: Any) -> None:
        assert bad_fields(ada.post(PRODUCTS, {**MUG, "price": price})) == ["price"]

    @pytest.mark.parametrize("price", [price for price in PRICES if price is not None], ids=repr)
    def test_of_a_variant(self, ada: Any, price: Any) -> None:
        variants = [{"sku": "A"}, {"sku": "B", "price": price}]

        assert bad_fields(ada.post(PRODUCTS, {**MUG, "variants": variants})) == ["variants.1.price"]

    @pytest.mark.parametrize("price", PRICES, ids=repr)
    def test_of_a_change(self, ada: Any, price: Any) -> None:
        product(author=SELLER)

        assert bad_fields(ada.patch(f"{PRODUCTS}mug/", {"price": price})) == ["price"]
        assert Product.objects.get().price_minor == 1250

    @pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e309", "-1e309", "1" * 5000])
    def test_that_no_json_has(self, ada: Any, literal: str) -> None:
        body = f'{{"title": "Mug", "price": {{"amount": {literal}, "currency": "USD"}}}}'

        answer = ada.generic("POST", PRODUCTS, body, content_type="application/json")

        assert answer.status_code == 400

    @pytest.mark.parametrize(
        ("price", "shown"),
        [
            ({"amount": 12.5, "currency": "USD"}, "12.50"),
            ({"amount": "12.500", "currency": "USD"}, "12.50"),
            ({"amount": "500.00", "currency": "JPY"}, "500"),
            ({"amount": "1.234", "currency": "KWD"}, "1.234"),
            ({"amount": "10000000000", "currency": "USD"}, "10000000000.00"),
        ],
    )
    def test_that_are_good(self, ada: Any, price: Any, shown: str) -> None:
        assert ada.post(PRODUCTS, {**MUG, "price": price}).json()["price"]["amount"] == shown


class TestLines:
    @pytest.mark.parametrize("line", LINES, ids=repr)
    def test_title(self, ada: Any, line: Any) -> None:
        assert bad_fields(ada.post(PRODUCTS, {**MUG, "title": line})) == ["title"]

    @pytest.mark.parametrize("line", [line for line in LINES if not isinstance(line, str) or line.strip()], ids=repr)
    def test_of_parts(self, ada: Any, line: Any) -> None:
        variants = [{"sku": "A", "title": line}]
        images = [{"id": str(uuid.uuid4()), "alt": line}]

        paths = bad_fields(ada.post(PRODUCTS, {**MUG, "variants": variants, "images": images}))

        assert paths == ["images.0.alt", "variants.0.title"]

    @pytest.mark.parametrize("line", [line for line in LINES if isinstance(line, str)], ids=repr)
    def test_name_of_an_attribute(self, ada: Any, line: str) -> None:
        variants = [{"sku": "A", "attributes": {line: "a"}}]

        paths = bad_fields(ada.post(PRODUCTS, {**MUG, "attributes": {line: "a"}, "variants": variants}))

        assert paths == ["attributes", "variants.0.attributes"]

    @pytest.mark.parametrize("line", [line for line in LINES if isinstance(line, str) and line != "x" * 201], ids=repr)
    def test_name_of_a_category(self, client_of: Callable[..., Any], line: str) -> None:
        answer = client_of(uuid.uuid4(), "admin").post("/api/v1/categories/", {"slug": "lamps", "name": line})

        assert bad_fields(answer) == ["name"]

    @pytest.mark.parametrize(
        "title", ["شمع معطر", "می‌خواهم", "👩‍👩‍👧 mug", "Crème brûlée", "<b>Mug</b> & Co.", "慢炊壶"]
    )
    def test_of_any_language_are_good(self, ada: Any, title: str) -> None:
        answer = ada.post(PRODUCTS, {**MUG, "title": title})

        assert (answer.status_code, answer.json()["title"]) == (201, title)


class TestVariants:
    def test_are_counted_before_they_are_read(self, ada: Any) -> None:
        """Ten thousand broken ones have one thing wrong with them: that there are ten thousand."""
        assert bad_fields(ada.post(PRODUCTS, {**MUG, "variants": [{}] * 10_000})) == ["variants"]

    def test_of_the_same_shape_are_refused(self, ada: Any) -> None:
        variants = [{"sku": "A", "attributes": {"size": "L"}}, {"sku": "B", "attributes": {"size": "L"}}]

        assert bad_fields(ada.post(PRODUCTS, {**MUG, "variants": variants})) == ["variants.1.attributes"]

    @pytest.mark.parametrize(
        ("variant", "path"),
        [
            ({"sku": None}, "sku"),
            ({"sku": 7}, "sku"),
            ({"sku": ""}, "sku"),
            ({"sku": "a\nb"}, "sku"),
            ({"sku": "ä"}, "sku"),
            ({"sku": "a/b"}, "sku"),
            ({"stock": 1.5}, "stock"),
            ({"stock": "many"}, "stock"),
            ({"stock": None}, "stock"),
            ({"stock": rules.MAX_STOCK + 1}, "stock"),
            ({"attributes": None}, "attributes"),
            ({"attributes": "size"}, "attributes"),
            ({"attributes": {"size": 7}}, "attributes.size"),
            ({"attributes": {"size": None}}, "attributes.size"),
            ({"attributes": {"size": "x" * 501}}, "attributes.size"),
            ({"attributes": {"size": "a\u202eb"}}, "attributes.size"),
            ({"attributes": {"size": "L", " size ": "M"}}, "attributes"),
            ({"attributes": {str(number): "a" for number in range(51)}}, "attributes"),
        ],
    )
    def test_name_what_is_bad(self, ada: Any, variant: dict[str, Any], path: str) -> None:
        product(author=SELLER)
        good = {"sku": "A"}

        made = ada.post(PRODUCTS, {**MUG, "variants": [good, {"sku": "B", **variant}]})
        changed = ada.patch(f"{PRODUCTS}mug/", {"variants": [good, {"sku": "B", **variant}]})

        assert bad_fields(made) == bad_fields(changed) == [f"variants.1.{path}"]


class TestWrongTypes:
    @pytest.mark.parametrize("value", WRONG_TYPES, ids=lambda value: repr(value)[:30])
    @pytest.mark.parametrize(
        "field", ["title", "description", "category", "price", "attributes", "images", "variants", "status", "seller"]
    )
    def test_of_a_field_are_named(self, ada: Any, field: str, value: Any) -> None:
        answer = ada.post(PRODUCTS, {**MUG, field: value})

        if answer.status_code != 201:  # null is no category, and some texts are fine as texts
            assert {path.partition(".")[0] for path in bad_fields(answer)} == {field}
        else:
            assert (field, value) in [("category", None), ("images", []), ("attributes", {})] or field in {
                "title",
                "description",
            }

    @pytest.mark.parametrize("body", [[], [MUG], 7, "mug", True, 1.5])
    def test_of_the_body_are_refused(self, ada: Any, body: Any) -> None:
        product(author=SELLER)

        assert ada.post(PRODUCTS, body, format="json").status_code == 400
        assert ada.patch(f"{PRODUCTS}mug/", body, format="json").status_code == 400

    @pytest.mark.parametrize("image", [7, 0, True, None, 1.5, [], {}, {"id": 7}, {"id": None}, "mug.png", "", "\u2603"])
    def test_of_an_image_are_named(self, ada: Any, image: Any) -> None:
        paths = bad_fields(ada.post(PRODUCTS, {**MUG, "images": [str(uuid.uuid4()), image]}))

        assert paths in (["images.1"], ["images.1.id"])
