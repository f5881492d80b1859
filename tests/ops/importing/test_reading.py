"""Catalogues read from files: both formats, and rows that cannot be used."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ops.errors import OpsError
from ops.importing import catalog as limits
from ops.importing import reading
from ops.importing.catalog import Category, Price, Variant
from ops.state import ROOT
from product_svc.catalog import rules
from tests.ops.importing.files import Content, content_of

TEAPOT: dict[str, Any] = {
    "title": "Teapot",
    "category": "table",
    "price": {"amount": "58.00", "currency": "USD"},
    "variants": [{"sku": "TEAPOT-TEAL", "stock": 3, "attributes": {"colour": "Teal"}}],
}
BOOTS = {"Id": 1, "Type": "Ski/boarding", "Brand": "Daybird", "Name": "Boots", "Description": "Warm.", "Price": 109.99}


def read(folder: Path, text: str) -> Content:
    path = folder / "catalog.json"
    path.write_text(text)
    return content_of(path)


def products(*rows: dict[str, Any]) -> str:
    return json.dumps({"products": rows})


class TestEshopFormat:
    def test_makes_types_categories_and_brands_attributes(self, tmp_path: Path) -> None:
        catalog = read(tmp_path, json.dumps([BOOTS]))

        product = catalog.rows[0].product
        assert catalog.shelves[0].category == Category(slug="ski-boarding", name="Ski/boarding")
        assert (product.title, product.category, product.attributes) == ("Boots", "ski-boarding", {"brand": "Daybird"})
        assert product.price == Price(amount="109.99", currency="USD")
        assert product.variants == (Variant(sku="ESHOP-1", stock=100),)

    def test_takes_the_picture_that_has_the_rows_id(self, tmp_path: Path) -> None:
        (tmp_path / "pictures").mkdir()
        (tmp_path / "pictures/2.webp").touch()

        catalog = read(tmp_path, json.dumps([BOOTS, BOOTS | {"Id": 2}]))

        assert [[picture.path for picture in row.pictures] for row in catalog.rows] == [
            [],
            [tmp_path / "pictures/2.webp"],
        ]

    def test_keeps_products_of_one_name_apart(self, tmp_path: Path) -> None:
        catalog = read(tmp_path, json.dumps([BOOTS, BOOTS | {"Id": 2}]))

        assert [row.product.sku for row in catalog.rows] == ["ESHOP-1", "ESHOP-2"]

    @pytest.mark.parametrize("price", ["-1.10", "0", "1.005", "1e400", '"NaN"', "1000000000000"])
    def test_notes_what_is_no_price(self, tmp_path: Path, price: str) -> None:
        row = json.dumps(BOOTS | {"Price": "?"}).replace('"?"', price)

        catalog = read(tmp_path, f"[{row}]")

        assert not catalog.rows
        assert catalog.bad[0].name == "Boots"
        assert catalog.bad[0].reason.endswith("is not a price")

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("null", "Expected `object`, got `null`"),
            (json.dumps(BOOTS | {"Id": "1"}), "Expected `int`, got `str` - at `$.Id`"),
            (json.dumps(BOOTS | {"Type": "//"}), "no category can be made of the type '//'"),
            (json.dumps({"Id": 1, "Type": "Bags", "Name": "Bag"}), "Object missing required field `Price`"),
        ],
    )
    def test_notes_a_bad_row_with_its_line_and_goes_on(self, tmp_path: Path, row: str, reason: str) -> None:
        catalog = read(tmp_path, f"[\n{row},\n{json.dumps(BOOTS)}\n]")

        assert [(bad.line, bad.reason) for bad in catalog.bad] == [(2, reason)]
        assert [row.line for row in catalog.rows] == [3]

    @pytest.mark.parametrize(
        "broken", ['{"Id": 2, "Name": "no end,', '{"Id": 2', '{"Id": 2, "Name": "x" "y"}', '{"a", }}']
    )
    def test_goes_on_after_a_row_that_is_not_json(self, tmp_path: Path, broken: str) -> None:
        good = [json.dumps(BOOTS), json.dumps(BOOTS | {"Id": 3}), json.dumps(BOOTS | {"Id": 4})]

        catalog = read(tmp_path, f"[\n  {good[0]},\n  {broken},\n  {good[1]},\n  {good[2]}\n]")

        assert [row.line for row in catalog.rows] == [2, 4, 5]
        assert [bad.line for bad in catalog.bad] == [3]

    def test_notes_an_id_that_stands_twice(self, tmp_path: Path) -> None:
        catalog = read(tmp_path, f"[{json.dumps(BOOTS)},\n{json.dumps(BOOTS)}]")

        assert [(bad.line, bad.reason) for bad in catalog.bad] == [(2, "ESHOP-1 is already the SKU of line 1")]


class TestOurOwnFormat:
    def test_reads_categories_and_products(self, tmp_path: Path) -> None:
        shelves = [{"slug": "home", "name": "Home"}, {"slug": "table", "name": "Table", "parent": "home"}]

        catalog = read(tmp_path, json.dumps({"categories": shelves, "products": [TEAPOT]}))

        assert [shelf.category.parent for shelf in catalog.shelves] == [None, "home"]
        assert catalog.rows[0].product.sku == "TEAPOT-TEAL"

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"variants": []}, "length >= 1"),
            ({"pictuers": ["a.webp"]}, "unknown field `pictuers`"),
            ({"pictures": ["../secret.webp"]}, "$.pictures[0]"),
            ({"pictures": ["a/../../secret.webp"]}, "$.pictures[0]"),
            ({"pictures": ["/etc/passwd"]}, "$.pictures[0]"),
            ({"pictures": [{"file": "."}]}, "$.pictures[0].file"),
            ({"title": " "}, "$.title"),
            ({"title": "a\0b"}, "control characters and other invisible ones"),
            ({"title": "a\u202eb"}, "control characters and other invisible ones"),
            ({"attributes": {"a\nb": "c"}}, "control characters and other invisible ones"),
            ({"description": "a\x1bb"}, "$.description"),
            ({"title": "x" * 201}, "length <= 200"),
            ({"status": "hidden"}, "$.status"),
            ({"price": {"amount": "1e5", "currency": "USD"}}, "$.price.amount"),
            ({"price": {"amount": "1", "currency": "dollars"}}, "is not an ISO 4217 currency code"),
            ({"price": {"amount": "1.005", "currency": "USD"}}, "USD has 2 decimal places"),
            ({"price": {"amount": "1.5", "currency": "JPY"}}, "JPY has 0 decimal places"),
            ({"price": {"amount": "0.00", "currency": "USD"}}, "more than nothing"),
            ({"variants": [{"sku": "A", "stock": -1}]}, "$.variants[0].stock"),
            ({"variants": [{"sku": "A B", "stock": 1}]}, "$.variants[0].sku"),
            ({"variants": [{"sku": "A", "stock": 1}] * 2}, "the same SKU"),
            (
                {"variants": [{"sku": "A", "stock": 1, "price": {"amount": "1", "currency": "EUR"}}]},
                "a product is sold in one currency",
            ),
        ],
    )
    def test_notes_a_bad_row(self, tmp_path: Path, change: dict[str, Any], reason: str) -> None:
        catalog = read(tmp_path, products(TEAPOT | change, TEAPOT))

        assert [bad.line for bad in catalog.bad] == [1]
        assert reason in catalog.bad[0].reason
        assert len(catalog.rows) == 1

    def test_takes_pictures_with_words_and_from_folders(self, tmp_path: Path) -> None:
        pictures = ["a.webp", {"file": "tea/b.webp", "alt": "From above"}]

        row = read(tmp_path, products(TEAPOT | {"pictures": pictures})).rows[0]

        shown = [(picture.path.relative_to(tmp_path).as_posix(), picture.alt) for picture in row.pictures]
        assert shown == [("pictures/a.webp", ""), ("pictures/tea/b.webp", "From above")]

    def test_takes_no_category_from_behind_the_products(self, tmp_path: Path) -> None:
        catalog = read(tmp_path, json.dumps({"products": [TEAPOT], "categories": [{"slug": "table", "name": "Table"}]}))

        assert [bad.name for bad in catalog.bad] == ["Table"]
        assert "put the file's categories before them" in catalog.bad[0].reason

    def test_knows_the_limits_of_the_shop(self) -> None:
        ours = {name: value for name, value in vars(limits).items() if name.startswith("MAX_")}

        assert ours == {name: getattr(rules, name) for name in ours}


class TestCatalogFile:
    @pytest.mark.parametrize(
        "text", ["", "Id,Type,Brand", "[]", '{"products": []}', '{"products": 3}', "{products: []}"]
    )
    def test_refuses_what_is_no_catalogue(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(OpsError):
            read(tmp_path, text)

    def test_refuses_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(OpsError, match="No such file"):
            content_of(tmp_path / "none.json")

    def test_reads_a_file_with_a_byte_order_mark(self, tmp_path: Path) -> None:
        assert len(read(tmp_path, "\ufeff" + products(TEAPOT)).rows) == 1

    def test_says_where_a_file_is_not_utf8_and_what_to_do(self, tmp_path: Path) -> None:
        path = tmp_path / "catalog.csv"
        path.write_bytes("title\nTea\nCafé\n".encode("latin-1"))

        with pytest.raises(OpsError) as refusal:
            content_of(path)

        assert "line 3, byte 13 of the file is 0xE9" in str(refusal.value)
        assert f"iconv -f LATIN1 -t UTF-8 '{path}' > '{tmp_path}/catalog.utf8.csv'" in str(refusal.value)

    def test_finds_the_line_also_far_into_the_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "_BLOCK", 4)
        path = tmp_path / "catalog.json"
        path.write_bytes("é\né\né".encode() + b"\n\xc3")

        with pytest.raises(OpsError, match="line 4, byte 9 of the file is 0xC3"):
            content_of(path)

    def test_knows_utf16_when_it_sees_it(self, tmp_path: Path) -> None:
        path = tmp_path / "catalog.csv"
        path.write_text("title", encoding="utf-16")

        with pytest.raises(OpsError, match="iconv -f UTF-16"):
            content_of(path)


class TestTheDemoCatalogue:
    def test_is_whole(self) -> None:
        catalog = content_of(ROOT / "ops/demo/catalog.json")

        used = {picture.path.name for row in catalog.rows for picture in row.pictures}
        assert catalog.bad == []
        assert used == {path.name for path in (ROOT / "ops/demo/pictures").iterdir()}
        assert {row.product.category for row in catalog.rows} <= {shelf.category.slug for shelf in catalog.shelves}


class TestTheManual:
    """docs/how-to/load-a-catalogue.md shows files that can be loaded."""

    @pytest.mark.parametrize(("opening", "name"), [("```json\n", "catalog.json"), ("```\nproduct,", "catalog.csv")])
    def test_shows_what_can_be_read(self, tmp_path: Path, opening: str, name: str) -> None:
        _, _, after = (ROOT / "docs/how-to/load-a-catalogue.md").read_text().partition(opening)
        (tmp_path / name).write_text(opening.partition("\n")[2] + after.partition("```")[0])

        content = content_of(tmp_path / name)

        assert content.bad == []
        assert [len(row.product.variants) for row in content.rows] == [2]


class TestTheRealCatalogue:
    def test_is_read_whole(self) -> None:
        path = Path(os.environ.get("OPENCOMMERCE_TEST_CATALOG", ROOT.parent / "shared/data/eshop/catalog.json"))
        if not path.exists():
            pytest.skip("OPENCOMMERCE_TEST_CATALOG names no catalogue")

        catalog = content_of(path)

        assert catalog.bad == []
        assert len({row.product.sku for row in catalog.rows}) == 101
        assert all(row.pictures for row in catalog.rows)
