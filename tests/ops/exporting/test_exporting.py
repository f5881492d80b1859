"""A catalogue written into a file, and read again: it is the same."""

from __future__ import annotations

import io
from pathlib import Path
from typing import cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.text import has_hidden_characters
from ops.errors import OpsError
from ops.exporting.exporting import Exported, export_catalog
from ops.exporting.writers import WRITERS
from ops.importing.catalog import Category, Item, Picture, Price, Product, Row, Shelf, Variant
from ops.importing.formats import opencommerce, table
from ops.importing.journal import Journal
from ops.importing.loading import import_catalog, rehearse
from ops.importing.reading import CatalogFile
from ops.importing.report import Outcome
from ops.shop import Shop
from tests.ops.importing.fakes import FakeShop
from tests.ops.importing.files import draw

READERS = {"json": opencommerce.read, "csv": table.read}
LINES = st.text(min_size=1, max_size=20).map(str.strip).filter(lambda text: text and not has_hidden_characters(text))
FILES = st.from_regex(r"[a-z|=]{1,5}/[a-z ]{1,3}\.webp", fullmatch=True).map(str.strip)
CATEGORIES = [Category("home", "At home"), Category("table", "Tea / table|top", parent="home")]
PATHS = {"home": "At home", "table": r"At home/Tea \/ table\|top"}

CATALOG = """{"categories": [
{"slug": "home", "name": "At home"}, {"slug": "table", "name": "Tea & table", "parent": "home"}],
"products": [
{"title": "=cmd", "category": "table", "price": {"amount": "58.00", "currency": "USD"}, "attributes": {"brand": "S|M"},
 "description": "One\\n\\"two\\"", "pictures": ["1.png", {"file": "2.webp", "alt": "From above"}],
 "variants": [{"sku": "A", "stock": 3, "attributes": {"colour": "Teal"}},
              {"sku": "B", "stock": 0, "title": "The large one", "price": {"amount": "79.00", "currency": "USD"}}]},
{"title": "Loose", "category": null, "price": {"amount": "100", "currency": "JPY"}, "status": "archived",
 "variants": [{"sku": "C", "stock": 1}]},
{"title": "Sketch", "category": "home", "price": {"amount": "2.00", "currency": "USD"}, "status": "draft",
 "variants": [{"sku": "D", "stock": 0}]}
]}"""


@st.composite
def products(drawing: st.DrawFn) -> Product:
    skus = drawing(st.lists(st.from_regex(r"[A-Za-z0-9._-]{1,8}", fullmatch=True), min_size=1, max_size=3, unique=True))
    attributes = st.dictionaries(LINES, LINES, max_size=3)
    price = st.builds(Price, st.from_regex(r"[1-9][0-9]{0,3}\.[0-9][0-9]", fullmatch=True), st.just("USD"))
    pictures = st.lists(FILES | st.builds(Picture, FILES, LINES), max_size=3)
    variants = tuple(
        Variant(sku, drawing(st.integers(0, 99)), drawing(LINES), drawing(st.none() | price), drawing(attributes))
        for sku in skus
    )
    return Product(
        title=drawing(LINES),
        category=drawing(st.sampled_from([None, "home", "table"])),
        price=drawing(price),
        variants=variants,
        description=drawing(LINES),
        attributes=drawing(attributes),
        status=drawing(st.sampled_from(["draft", "published"])),
        pictures=tuple(drawing(pictures)),
    )


class TestWriters:
    @settings(deadline=None)
    @given(st.lists(products(), max_size=4))
    @pytest.mark.parametrize("format_name", list(WRITERS))
    def test_write_what_is_read_again(self, format_name: str, written: list[Product]) -> None:
        file = io.BytesIO()
        with WRITERS[format_name](file, CATEGORIES) as write:
            for number, product in enumerate(written):
                write(f"p{number}", product)

        stream = io.TextIOWrapper(io.BytesIO(file.getvalue()), encoding="utf-8-sig", newline="")
        items = list(READERS[format_name](stream, Path("pictures")))
        found = [item for item in items if not isinstance(item, Shelf)]
        assert [bare(item) for item in found] == [bare(row(product, format_name)) for product in written]


def row(product: Product, format_name: str) -> Row:
    category = PATHS.get(product.category) if format_name == "csv" else product.category
    return Row.of(0, msgspec.structs.replace(product, category=category), Path("pictures"))


def bare(item: Item) -> object:
    """Neither where it stands, nor how its pictures are written: what they are stands beside it."""
    assert isinstance(item, Row), item
    return msgspec.structs.replace(item.product, pictures=()), item.pictures


@pytest.fixture
def shop(tmp_path: Path) -> FakeShop:
    draw(tmp_path / "pictures/1.png")
    draw(tmp_path / "pictures/2.webp", "blue")
    (tmp_path / "catalog.json").write_text(CATALOG)
    shop = FakeShop()
    load(shop, tmp_path / "catalog.json")
    return shop


def load(shop: FakeShop, path: Path) -> None:
    with Journal(path.parent / "import.sqlite") as journal:
        report = import_catalog(cast(Shop, shop), CatalogFile(path), journal, watch=lambda *_: None, patience_seconds=0)
    assert report.is_clean


def export(shop: FakeShop, path: Path, *, with_pictures: bool = True) -> Exported:
    path.parent.mkdir(exist_ok=True)
    format_name = "csv" if path.suffix == ".csv" else "json"
    return export_catalog(
        cast(Shop, shop), path, format_name=format_name, with_pictures=with_pictures, watch=lambda *_: None
    )


def content(shop: FakeShop) -> list[object]:
    """All that a shop's products say, whatever the ids and slugs are."""
    names = {category["slug"]: category["name"] for branch in shop.branches.values() for category in branch}
    return [
        {
            **product,
            "id": "",
            "slug": "",
            "category": product["category"] and names[product["category"]["slug"]],
            "images": [(image["alt"], shop.kept_files[image["id"]]["sha256"]) for image in product["images"]],
        }
        for product in sorted(shop.kept_products.values(), key=lambda product: product["title"])
    ]


@pytest.mark.parametrize("name", ["all.json", "all.csv"])
class TestExportCatalog:
    def test_changes_nothing_where_it_comes_from(self, shop: FakeShop, tmp_path: Path, name: str) -> None:
        exported = export(shop, tmp_path / "out" / name)

        report = rehearse(cast(Shop, shop), CatalogFile(tmp_path / "out" / name), watch=lambda *_: None)
        assert (exported.products, exported.pictures, exported.lost) == (3, 2, [])
        assert report.counts == {Outcome.UNCHANGED: 3}

    def test_makes_another_shop_the_same(self, shop: FakeShop, tmp_path: Path, name: str) -> None:
        export(shop, tmp_path / "out" / name)
        other = FakeShop()

        load(other, tmp_path / "out" / name)

        assert content(other) == content(shop)
        assert len(other.kept_files) == 2

    def test_leaves_pictures_alone_without_them(self, shop: FakeShop, tmp_path: Path, name: str) -> None:
        export(shop, tmp_path / "out" / name, with_pictures=False)

        report = rehearse(cast(Shop, shop), CatalogFile(tmp_path / "out" / name), watch=lambda *_: None)
        assert report.counts == {Outcome.UNCHANGED: 3}
        assert [path.name for path in (tmp_path / "out").iterdir()] == [name]

    def test_leaves_nothing_half_written(self, shop: FakeShop, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text("what was there")
        next(iter(shop.kept_files.values())).pop("content")

        with pytest.raises(KeyError):
            export(shop, tmp_path / name)

        assert (tmp_path / name).read_text() == "what was there"
        assert list(tmp_path.glob(".*.part")) == []

    def test_says_which_pictures_are_gone(self, shop: FakeShop, tmp_path: Path, name: str) -> None:
        shop.kept_files.clear()

        exported = export(shop, tmp_path / "out" / name)

        assert sorted(exported.lost) == ["=cmd, picture 1", "=cmd, picture 2"]
        assert exported.products == 3

    def test_says_where_it_cannot_write(self, shop: FakeShop, tmp_path: Path, name: str) -> None:
        with pytest.raises(OpsError, match="cannot be written: No such file"):
            export_catalog(
                cast(Shop, shop), tmp_path / "no" / name, format_name="json", with_pictures=False, watch=lambda *_: None
            )
