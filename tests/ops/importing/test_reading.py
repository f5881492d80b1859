"""Catalogues read from files: both formats, and rows that cannot be used."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ops.errors import OpsError
from ops.importing.catalog import BadRow, Catalog, Category, Price, Variant
from ops.importing.reading import read_catalog
from ops.state import ROOT

TEAPOT: dict[str, Any] = {
    "title": "Teapot",
    "category": "table",
    "price": {"amount": "58.00", "currency": "USD"},
    "variants": [{"sku": "TEAPOT-TEAL", "stock": 3, "attributes": {"colour": "Teal"}}],
}
BOOTS = {"Id": 1, "Type": "Ski/boarding", "Brand": "Daybird", "Name": "Boots", "Description": "Warm.", "Price": 109.99}


def read(folder: Path, text: str) -> Catalog:
    path = folder / "catalog.json"
    path.write_text(text)
    return read_catalog(path)


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

        assert [row.pictures for row in catalog.rows] == [(), (tmp_path / "pictures/2.webp",)]

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

        assert catalog.bad == [BadRow(2, "Boots", "ESHOP-1 is already the SKU of line 1")]


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
            ({"pictures": ["missing.webp"]}, "its picture missing.webp is not in pictures/"),
            ({"pictures": ["../secret.webp"]}, "$.pictures[0]"),
            ({"price": {"amount": "1e5", "currency": "USD"}}, "$.price.amount"),
            ({"price": {"amount": "1", "currency": "dollars"}}, "$.price.currency"),
        ],
    )
    def test_notes_a_bad_row(self, tmp_path: Path, change: dict[str, Any], reason: str) -> None:
        catalog = read(tmp_path, products(TEAPOT | change, TEAPOT))

        assert [bad.name for bad in catalog.bad] == ["Teapot"]
        assert reason in catalog.bad[0].reason
        assert len(catalog.rows) == 1


class TestReadCatalog:
    @pytest.mark.parametrize(
        "text", ["", "Id,Type,Brand", "[]", '{"products": []}', '{"products": 3}', "{products: []}"]
    )
    def test_refuses_what_is_no_catalogue(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(OpsError):
            read(tmp_path, text)

    def test_refuses_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(OpsError, match="No such file"):
            read_catalog(tmp_path / "none.json")

    def test_reads_a_file_with_a_byte_order_mark(self, tmp_path: Path) -> None:
        assert len(read(tmp_path, "\ufeff" + products(TEAPOT)).rows) == 1


class TestTheDemoCatalogue:
    def test_is_whole(self) -> None:
        catalog = read_catalog(ROOT / "ops/demo/catalog.json")

        used = {path.name for row in catalog.rows for path in row.pictures}
        assert catalog.bad == []
        assert used == {path.name for path in (ROOT / "ops/demo/pictures").iterdir()}
        assert {row.product.category for row in catalog.rows} <= {shelf.category.slug for shelf in catalog.shelves}


class TestTheRealCatalogue:
    def test_is_read_whole(self) -> None:
        path = Path(os.environ.get("OPENCOMMERCE_TEST_CATALOG", ROOT.parent / "shared/data/eshop/catalog.json"))
        if not path.exists():
            pytest.skip("OPENCOMMERCE_TEST_CATALOG names no catalogue")

        catalog = read_catalog(path)

        assert catalog.bad == []
        assert len({row.product.sku for row in catalog.rows}) == 101
        assert all(row.pictures for row in catalog.rows)
