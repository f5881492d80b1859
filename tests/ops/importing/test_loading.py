"""A catalogue brought into a shop: once, twice, changed, and with rows that the shop refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from ops.importing.loading import import_catalog
from ops.importing.report import Outcome, Report
from ops.shop import Refused, Shop
from tests.ops.importing.fakes import FakeShop

BOOTS = {"Id": 1, "Type": "Footwear", "Brand": "Daybird", "Name": "Boots", "Description": "Warm.", "Price": 109.99}
BAG = {"Id": 2, "Type": "Bags", "Brand": "Daybird", "Name": "Bag", "Description": "Roomy.", "Price": 40}


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    for row in (BOOTS, BAG):
        (tmp_path / f"pictures/{row['Id']}.webp").write_text(f"picture of {row['Name']}")
    return tmp_path


def load(shop: FakeShop, folder: Path, *rows: dict[str, Any]) -> Report:
    path = folder / "catalog.json"
    path.write_text(json.dumps(rows))
    return import_catalog(cast(Shop, shop), path, on_progress=lambda *_: None, patience_seconds=0)


class TestImportCatalog:
    def test_loads_categories_products_and_pictures(self, shop: FakeShop, folder: Path) -> None:
        report = load(shop, folder, BOOTS, BAG)

        assert shop.calls == [
            "category footwear",
            "category bags",
            "upload 1.webp",
            "create Boots",
            "upload 2.webp",
            "create Bag",
        ]
        assert report.is_clean
        assert report.count(Outcome.CREATED) == 2

    def test_does_nothing_the_second_time(self, shop: FakeShop, folder: Path) -> None:
        load(shop, folder, BOOTS, BAG)
        shop.calls.clear()

        report = load(shop, folder, BOOTS, BAG)

        assert shop.calls == []
        assert report.count(Outcome.UNCHANGED) == 2

    def test_changes_only_what_differs(self, shop: FakeShop, folder: Path) -> None:
        load(shop, folder, BOOTS, BAG)
        shop.calls.clear()

        report = load(shop, folder, BOOTS | {"Description": "Warmer.", "Price": 99}, BAG)

        product = next(shop.products(sku="ESHOP-1"))
        assert shop.calls == ["change Boots"]
        assert (product["description"], product["price"]["amount"]) == ("Warmer.", "99.00")
        assert report.outcomes == {"ESHOP-1": Outcome.UPDATED, "ESHOP-2": Outcome.UNCHANGED}

    def test_uploads_a_picture_that_changed(self, shop: FakeShop, folder: Path) -> None:
        load(shop, folder, BOOTS)
        (folder / "pictures/1.webp").write_text("a better picture")
        shop.calls.clear()

        load(shop, folder, BOOTS)

        assert shop.calls == ["upload 1.webp", "change Boots"]

    def test_keeps_the_picture_when_the_file_has_none(self, shop: FakeShop, folder: Path) -> None:
        load(shop, folder, BOOTS)
        (folder / "pictures/1.webp").unlink()

        report = load(shop, folder, BOOTS | {"Price": 99})

        assert len(next(shop.products(sku="ESHOP-1"))["images"]) == 1
        assert report.without_picture == ["ESHOP-1"]

    def test_reports_a_row_that_is_refused_keeps_nothing_of_it_and_goes_on(self, shop: FakeShop, folder: Path) -> None:
        shop.refusals["Boots"] = Refused(400, {"code": "invalid", "errors": {"title": ["Too short."]}})

        report = load(shop, folder, BOOTS, BAG)

        assert [(bad.name, bad.reason) for bad in report.refused] == [("Boots", "title: Too short.")]
        assert list(report.outcomes) == ["ESHOP-2"]
        assert len(shop.files) == 1

    def test_stops_where_no_row_is_to_blame(self, shop: FakeShop, folder: Path) -> None:
        shop.refusals["Boots"] = Refused(403, {"code": "permission_denied"})

        with pytest.raises(Refused):
            load(shop, folder, BOOTS, BAG)

        assert shop.files == {}

    def test_says_what_the_lists_do_not_show(self, shop: FakeShop, folder: Path) -> None:
        shop.is_listing = False

        report = load(shop, folder, BOOTS)

        assert report.not_listed == ["Boots"]
        assert not report.is_clean
