"""Tables: lines that make products, and lines that cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import OpsError
from ops.importing.catalog import Price
from tests.ops.importing.files import Content, content_of

HEADER = "product,title,category,price,currency,attributes,sku,stock,variant_price,variant_attributes,pictures,alts"
TEAPOT = "tea,Teapot,Home/Tea & table,58.00,USD,brand=Saltmarsh,TEA-1,3,,colour=Teal,a.webp|b.webp,"
LARGE = "tea,,,,,,TEA-2,4,79.00,colour=Rust|size=L,,"
MUG = "mug,Mug,Home,9.00,USD,,MUG-1,5,,,,"


def read(folder: Path, *lines: str, newline: str = "\n", encoding: str = "utf-8") -> Content:
    path = folder / "catalog.csv"
    path.write_bytes(newline.join(lines).encode(encoding))
    return content_of(path)


class TestProducts:
    def test_are_made_of_the_lines_with_their_key(self, tmp_path: Path) -> None:
        content = read(tmp_path, HEADER, TEAPOT, LARGE, MUG)

        teapot, mug = (row.product for row in content.rows)
        assert content.bad == []
        assert [row.line for row in content.rows] == [2, 4]
        assert (teapot.title, teapot.attributes, teapot.price) == (
            "Teapot",
            {"brand": "Saltmarsh"},
            Price("58.00", "USD"),
        )
        assert [(each.sku, each.stock, each.attributes) for each in teapot.variants] == [
            ("TEA-1", 3, {"colour": "Teal"}),
            ("TEA-2", 4, {"colour": "Rust", "size": "L"}),
        ]
        assert [each.price for each in teapot.variants] == [None, Price("79.00", "USD")]
        assert mug.title == "Mug"

    def test_stand_in_categories_by_their_path(self, tmp_path: Path) -> None:
        content = read(tmp_path, HEADER, MUG, TEAPOT)

        placed = [(shelf.category.slug, shelf.category.name, shelf.category.parent) for shelf in content.shelves]
        assert placed == [("Home", "Home", None), ("Home/Tea & table", "Tea & table", "Home")]
        assert [row.product.category for row in content.rows] == ["Home", "Home/Tea & table"]

    def test_have_pictures_with_words(self, tmp_path: Path) -> None:
        content = read(tmp_path, HEADER, f"{TEAPOT}From above|")

        shown = [(picture.path.relative_to(tmp_path).as_posix(), picture.alt) for picture in content.rows[0].pictures]
        assert shown == [("pictures/a.webp", "From above"), ("pictures/b.webp", "")]

    def test_need_no_key_when_they_have_one_variant(self, tmp_path: Path) -> None:
        content = read(tmp_path, "sku,title,price,currency,stock", "A,One,1.00,USD,1", "B,Two,2.00,USD,2")

        assert [row.product.title for row in content.rows] == ["One", "Two"]

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    def test_are_read_as_spreadsheets_write_them(
        self, tmp_path: Path, delimiter: str, newline: str, encoding: str
    ) -> None:
        rows = [
            ["SKU", "title", "price", "currency", "stock", "description"],
            ["A", '"Tea, ""green""; hot"', "1.00", "USD", "1", f'"One{newline}Zwö"'],
            ["B", "Two", "2.00", "USD", "2", ""],
        ]

        content = read(tmp_path, *map(delimiter.join, rows), "", newline=newline, encoding=encoding)

        assert [row.product.title for row in content.rows] == ['Tea, "green"; hot', "Two"]
        assert content.rows[0].product.description == f"One{newline}Zwö"
        assert [row.line for row in content.rows] == [2, 4]

    def test_are_read_as_they_were_before_they_were_guarded(self, tmp_path: Path) -> None:
        content = read(tmp_path, "sku,title,price,currency,stock", "A,'=cmd,1.00,USD,1")

        assert content.rows[0].product.title == "=cmd"


class TestBadLines:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (MUG.replace("9.00", "9,00"), "line 3 has 13 cells, and the first line names 12 columns"),
            (MUG.replace("9.00", "free"), "$.price.amount"),
            (MUG.replace("USD", "usd"), "ISO 4217"),
            (MUG.replace(",5,", ",five,"), "$.variants[0].stock"),
            (MUG.replace(",5,", ",,"), "$.variants[0].stock"),
            (MUG.replace("MUG-1", "MUG 1"), "$.variants[0].sku"),
            (MUG.replace(",Mug,", ",,"), "$.title"),
            (MUG.replace("MUG-1", "TEA-1"), "TEA-1 is already the SKU of line 2"),
            (MUG.replace("Mug", "M" * 200_000), "field larger than field limit"),
            (MUG.replace("Mug", '"Mug"s'), "is a quote missing there?"),
            (MUG.replace("Mug", "M\0g"), "control characters"),
            (f"{MUG}one|two", "2 alts for 0 pictures"),
            (MUG.replace("USD,", "USD,brand"), "'brand' is no attribute"),
            (MUG.replace("Home", "H" * 101), "length <= 100"),
        ],
    )
    def test_are_told_with_the_reason_and_the_rest_goes_on(self, tmp_path: Path, line: str, reason: str) -> None:
        content = read(
            tmp_path,
            HEADER,
            TEAPOT.replace("tea,", ",", 1),
            line,
            MUG.replace("MUG-1", "MUG-2").replace("mug,", ",", 1),
        )

        assert [bad.line for bad in content.bad] == [3]
        assert reason in content.bad[0].reason
        assert [row.line for row in content.rows] == [2, 4]

    def test_cost_their_product_no_variant(self, tmp_path: Path) -> None:
        """Loading what is left of it would take the variant out of the shop."""
        content = read(tmp_path, HEADER, TEAPOT, LARGE.replace("79.00", "79.00,"), MUG)

        assert content.rows == []
        assert all("line 3 has 13 cells" in bad.reason for bad in content.bad)

    def test_spoil_a_product_that_says_two_things(self, tmp_path: Path) -> None:
        content = read(tmp_path, HEADER, TEAPOT, LARGE.replace("tea,", "tea,Kettle", 1), MUG)

        assert [bad.reason for bad in content.bad] == ["line 3 says another title than line 2"]
        assert [row.product.title for row in content.rows] == ["Mug"]

    def test_stand_together_for_each_product(self, tmp_path: Path) -> None:
        content = read(tmp_path, HEADER, TEAPOT, MUG, LARGE)

        assert [bad.line for bad in content.bad] == [4]
        assert "product 'tea' has lines above, from line 2 on: put all lines" in content.bad[0].reason

    def test_end_where_a_quote_was_never_closed(self, tmp_path: Path) -> None:
        content = read(tmp_path, HEADER, MUG, 'x,"Never closed,,', TEAPOT)

        assert [row.product.title for row in content.rows] == []
        assert "lines 3 to 4 cannot be read" in content.bad[0].reason


class TestTheFirstLine:
    @pytest.mark.parametrize(
        ("header", "reason"),
        [
            ("sku,title", "price, currency, stock missing"),
            (f"{HEADER},colour", "'colour' not known"),
            (f"{HEADER},sku", "sku named twice"),
            ("sku|title|price", "missing"),
        ],
    )
    def test_is_refused_unless_it_names_our_columns(self, tmp_path: Path, header: str, reason: str) -> None:
        with pytest.raises(OpsError, match=reason.replace("(", ".")):
            read(tmp_path, header, MUG)
