"""A catalogue brought into a shop: once, twice, changed, and with rows that the shop refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from ops.errors import OpsError
from ops.importing.journal import Journal
from ops.importing.loading import import_catalog, rehearse
from ops.importing.reading import CatalogFile
from ops.importing.report import Entry, Outcome, Report
from ops.shop import Refused, Shop
from tests.ops.importing.fakes import METADATA, FakeShop, Killed
from tests.ops.importing.files import draw

BOOTS = {"Id": 1, "Type": "Footwear", "Brand": "Daybird", "Name": "Boots", "Description": "Warm.", "Price": 109.99}
BAG = {"Id": 2, "Type": "Bags", "Brand": "Daybird", "Name": "Bag", "Description": "Roomy.", "Price": 40}


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw(tmp_path / "pictures/1.webp", "black")
    draw(tmp_path / "pictures/2.webp", "brown")
    return tmp_path


def write(folder: Path, *rows: dict[str, Any]) -> CatalogFile:
    path = folder / "catalog.json"
    path.write_text(json.dumps(rows))
    return CatalogFile(path)


def load(shop: FakeShop, folder: Path, *rows: dict[str, Any]) -> Report:
    file = write(folder, *rows)
    with Journal(folder / "import.sqlite") as journal:
        return import_catalog(cast(Shop, shop), file, journal, watch=lambda *_: None, parallel=1, patience_seconds=0)


def look(shop: FakeShop | None, folder: Path, *rows: dict[str, Any]) -> Report:
    return rehearse(cast(Shop, shop), write(folder, *rows), watch=lambda *_: None)


class TestImportCatalog:
    def test_loads_categories_products_and_pictures(self, shop: FakeShop, folder: Path) -> None:
        report = load(shop, folder, BOOTS, BAG)

        assert [call for call in shop.calls if "category" in call] == ["category footwear", "category bags"]
        assert [call for call in shop.calls if "category" not in call] == [
            "upload 1.webp",
            "create Boots",
            "upload 2.webp",
            "create Bag",
        ]
        assert report.is_clean
        assert report.counts == {Outcome.CREATED: 2}

    def test_does_nothing_the_second_time(self, shop: FakeShop, folder: Path) -> None:
        load(shop, folder, BOOTS, BAG)
        shop.calls.clear()

        report = load(shop, folder, BOOTS, BAG)

        assert shop.calls == []
        assert report.counts == {Outcome.UNCHANGED: 2}

    def test_changes_only_what_differs(self, shop: FakeShop, folder: Path) -> None:
        load(shop, folder, BOOTS, BAG)
        shop.calls.clear()

        report = load(shop, folder, BOOTS | {"Description": "Warmer.", "Price": 99}, BAG)

        product = next(shop.products(sku="ESHOP-1"))
        assert shop.calls == ["change Boots"]
        assert (product["description"], product["price"]["amount"]) == ("Warmer.", "99.00")
        assert report.counts == {Outcome.UPDATED: 1, Outcome.UNCHANGED: 1}
        assert [(entry.line, entry.sku, entry.fields) for entry in report.written] == [
            (1, "ESHOP-1", ("description", "price", "variants"))
        ]

    def test_knows_a_picture_that_the_shop_keeps_without_its_metadata(self, shop: FakeShop, folder: Path) -> None:
        with (folder / "pictures/1.webp").open("ab") as picture:
            picture.write(METADATA)
        load(shop, folder, BOOTS)

        report = load(shop, folder, BOOTS)

        assert report.counts == {Outcome.UNCHANGED: 1}

    def test_replaces_a_picture_that_changed_and_deletes_the_old_one(self, shop: FakeShop, folder: Path) -> None:
        load(shop, folder, BOOTS)
        draw(folder / "pictures/1.webp", "white")
        shop.calls.clear()

        load(shop, folder, BOOTS)

        assert shop.calls == ["upload 1.webp", "change Boots"]
        assert shop.kept_files.keys() == {image["id"] for image in next(shop.products(sku="ESHOP-1"))["images"]}

    def test_keeps_the_picture_when_the_file_has_none(self, shop: FakeShop, folder: Path) -> None:
        load(shop, folder, BOOTS)
        (folder / "pictures/1.webp").unlink()

        report = load(shop, folder, BOOTS | {"Price": 99})

        assert len(next(shop.products(sku="ESHOP-1"))["images"]) == 1
        assert report.without_picture == 1

    def test_reports_a_row_that_is_refused_keeps_nothing_of_it_and_goes_on(self, shop: FakeShop, folder: Path) -> None:
        shop.refusals["Boots"] = Refused(400, {"code": "invalid", "errors": {"title": ["Too short."]}})

        report = load(shop, folder, BOOTS, BAG)

        assert [(bad.name, bad.reason) for bad in report.refused] == [("Boots", "title: Too short.")]
        assert report.counts == {Outcome.CREATED: 1, Outcome.REFUSED: 1}
        assert len(shop.kept_files) == 1

    def test_stops_where_no_row_is_to_blame(self, shop: FakeShop, folder: Path) -> None:
        shop.refusals["Boots"] = Refused(403, {"code": "permission_denied"})

        with pytest.raises(Refused):
            load(shop, folder, BOOTS)

        assert shop.kept_files == {}

    def test_says_what_the_lists_do_not_show(self, shop: FakeShop, folder: Path) -> None:
        shop.is_listing = False

        report = load(shop, folder, BOOTS)

        assert report.not_listed == ["Boots"]
        assert not report.is_clean

    def test_refuses_a_row_whose_picture_cannot_be_read_before_anything_is_sent(
        self, shop: FakeShop, folder: Path
    ) -> None:
        (folder / "pictures/1.webp").write_text("<html>")

        report = load(shop, folder, BOOTS, BAG)

        assert [entry.line for entry in report.refused] == [1]
        assert "its picture 1.webp is none" in report.refused[0].reason
        assert list(shop.kept_files) == [image["id"] for image in next(shop.products(sku="ESHOP-2"))["images"]]

    def test_calls_unchanged_what_the_shop_will_not_have_otherwise(self, shop: FakeShop, folder: Path) -> None:
        shop.cleans = True
        load(shop, folder, BOOTS | {"Description": "Warm.<script>"})

        report = load(shop, folder, BOOTS | {"Description": "Warm.<script>"})

        assert report.counts == {Outcome.UNCHANGED: 1}

    def test_lets_only_one_import_run(self, shop: FakeShop, folder: Path) -> None:
        with (
            Journal(folder / "import.sqlite"),
            pytest.raises(OpsError, match="Another import is under way"),
        ):
            load(shop, folder, BOOTS)

    def test_ends_in_order_when_it_is_interrupted(self, shop: FakeShop, folder: Path) -> None:
        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        file = write(folder, BOOTS, BAG)
        with (
            Journal(folder / "import.sqlite") as journal,
            pytest.raises(KeyboardInterrupt),
        ):
            import_catalog(cast(Shop, shop), file, journal, watch=interrupt)

        shown = {image["id"] for product in shop.products() for image in product["images"]}
        assert shop.kept_files.keys() == shown != set()
        assert load(shop, folder, BOOTS, BAG).is_clean

    def test_tells_of_each_row(self, shop: FakeShop, folder: Path) -> None:
        told: list[Entry] = []
        report = Report(sink=told.append)

        rehearse(cast(Shop, shop), write(folder, BOOTS, BAG, BAG), watch=lambda *_: None, report=report)

        assert [(entry.outcome, entry.sku) for entry in told] == [
            (Outcome.CREATED, "ESHOP-1"),
            (Outcome.CREATED, "ESHOP-2"),
            (Outcome.REFUSED, ""),
        ]


class TestAnImportThatWasKilled:
    @pytest.mark.parametrize("call", ["upload", "create", "change", "delete"])
    def test_leaves_nothing_behind_once_it_was_run_again(self, shop: FakeShop, folder: Path, call: str) -> None:
        load(shop, folder, BAG)
        draw(folder / "pictures/2.webp", "white")
        shop.dies_after = call
        with pytest.raises(Killed):
            load(shop, folder, BOOTS, BAG)

        load(shop, folder, BOOTS, BAG)

        products = list(shop.products())
        assert sorted(product["title"] for product in products) == ["Bag", "Boots"]
        assert shop.kept_files.keys() == {image["id"] for product in products for image in product["images"]}

    def test_leaves_nothing_behind_when_the_row_is_gone_from_the_file(self, shop: FakeShop, folder: Path) -> None:
        shop.dies_after = "upload"
        with pytest.raises(Killed):
            load(shop, folder, BOOTS)

        load(shop, folder, BAG)

        assert len(shop.kept_files) == 1

    def test_waits_for_an_upload_that_becomes_a_file_later(self, shop: FakeShop, folder: Path) -> None:
        shop.dies_after = "upload"
        with pytest.raises(Killed):
            load(shop, folder, BOOTS)
        late = shop.kept_files.popitem()

        load(shop, folder, BOOTS)
        shop.kept_files.update([late])
        load(shop, folder, BOOTS)

        assert shop.kept_files.keys() == {image["id"] for image in next(shop.products(sku="ESHOP-1"))["images"]}


class TestRehearse:
    def test_writes_nothing(self, shop: FakeShop, folder: Path) -> None:
        load(shop, folder, BOOTS)
        shop.calls.clear()

        report = look(shop, folder, BOOTS | {"Price": 99}, BAG)

        assert shop.calls == []
        assert [(entry.line, entry.outcome) for entry in report.written] == [(1, Outcome.UPDATED), (1, Outcome.CREATED)]
        assert report.is_clean

    def test_checks_the_file_alone_without_a_shop(self, folder: Path) -> None:
        report = look(None, folder, BOOTS, BAG | {"Price": 0})

        assert report.counts == {Outcome.CHECKED: 1, Outcome.REFUSED: 1}

    def test_knows_skus_that_belong_to_others(self, shop: FakeShop, folder: Path) -> None:
        load(shop, folder, BOOTS)
        path = folder / "own.json"
        variants = [{"sku": "NEW", "stock": 1}, {"sku": "ESHOP-1", "stock": 1}]
        price = {"amount": "1.00", "currency": "USD"}
        path.write_text(
            json.dumps({"products": [{"title": "Other", "category": None, "price": price, "variants": variants}]})
        )

        report = rehearse(cast(Shop, shop), CatalogFile(path), watch=lambda *_: None)

        assert [entry.reason for entry in report.refused] == ["ESHOP-1 is already a SKU of Boots"]

    def test_knows_categories_that_are_nowhere(self, shop: FakeShop, folder: Path) -> None:
        path = folder / "own.json"
        price = {"amount": "1.00", "currency": "USD"}
        variants = [{"sku": "NEW", "stock": 1}]
        path.write_text(
            json.dumps({"products": [{"title": "Other", "category": "x", "price": price, "variants": variants}]})
        )

        report = rehearse(cast(Shop, shop), CatalogFile(path), watch=lambda *_: None)

        assert "there is no category 'x'" in report.refused[0].reason
