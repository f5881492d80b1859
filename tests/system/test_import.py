"""A real catalogue goes in, and in again, without doubling anything; and out again, with nothing lost."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
from PIL import Image

from common.topology import FILES
from ops.exporting.exporting import export_catalog
from ops.importing.journal import Journal
from ops.importing.loading import import_catalog, rehearse
from ops.importing.reading import CatalogFile
from ops.importing.report import Outcome, Report
from ops.platform import Platform
from ops.shop import Shop
from ops.state import ROOT
from ops.verify.books import open_books
from tests.system.people import admin_of

CATALOG = Path(os.environ.get("OPENCOMMERCE_TEST_CATALOG") or ROOT.parent / "shared/data/eshop/catalog.json")
PRODUCTS = 101

KILLED = 10
KILLS = 6
LONGEST_LIFE_SECONDS = 2.0


@pytest.mark.skipif(not CATALOG.exists(), reason="the real catalogue is not beside this checkout")
def test_the_real_catalogue_can_be_imported_twice(platform: Platform) -> None:
    admin = admin_of(platform)
    before = {product["id"] for product in admin.products()}

    first = load(platform, CATALOG)
    listed = {product["id"]: product for product in admin.products() if product["id"] not in before}
    second = load(platform, CATALOG)

    assert first.is_clean
    assert first.counts == {Outcome.CREATED: PRODUCTS}
    assert len(listed) == PRODUCTS
    assert second.counts == {Outcome.UNCHANGED: PRODUCTS}
    assert {product["id"] for product in admin.products()} == before | set(listed)
    assert len({product["image"]["id"] for product in listed.values()}) == PRODUCTS
    for product in listed.values():
        opens(product["image"]["medium"])


def test_an_import_that_is_killed_again_and_again_comes_to_the_same(platform: Platform, tmp_path: Path) -> None:
    """Killed while pictures are stored and while they are replaced, at moments that nobody chose."""
    chance = random.Random()
    catalog = write(tmp_path, prefix=f"K{time.time_ns()}", shade=0)
    for attempt in range(2 * KILLS):
        if attempt == KILLS:
            load(platform, catalog)
            draw_all(tmp_path, shade=100)
        kill_an_import(platform, catalog, after_seconds=chance.uniform(0.3, LONGEST_LIFE_SECONDS))

    load(platform, catalog)

    shown = in_shop(admin_of(platform), catalog)
    assert [product["title"] for product in shown] == [f"Thing {number}" for number in range(KILLED)]
    images = {image["id"] for product in shown for image in product["images"]}
    assert len(images) == 2 * KILLED
    assert stored_files(platform, skus_of(catalog)) == images
    assert load(platform, catalog).counts == {Outcome.UNCHANGED: KILLED}


@pytest.mark.parametrize("name", ["all.json", "all.csv"])
def test_what_was_exported_is_what_is_there(platform: Platform, tmp_path: Path, name: str) -> None:
    load(platform, write(tmp_path, prefix=f"E{time.time_ns()}", shade=0))
    admin = admin_of(platform)
    path = tmp_path / "exported" / name
    path.parent.mkdir()

    exported = export_catalog(
        admin, path, format_name=path.suffix[1:], with_pictures=True, watch=lambda *_: None, parallel=4
    )

    report = rehearse(admin, CatalogFile(path), watch=lambda *_: None)
    assert exported.lost == []
    there = [product for status in ("draft", "published", "archived") for product in admin.products(status=status)]
    assert exported.products == len(there) >= KILLED
    assert report.counts == {Outcome.UNCHANGED: exported.products}
    assert report.without_picture == sum(1 for product in there if not product["image"])


def load(platform: Platform, catalog: Path) -> Report:
    with Journal.of(platform) as journal:
        return import_catalog(
            admin_of(platform), CatalogFile(catalog), journal, watch=lambda *_: None, patience_seconds=180
        )


def kill_an_import(platform: Platform, catalog: Path, *, after_seconds: float) -> None:
    """Import in a process of its own, which ends for good in the middle of it."""
    program = (
        "from pathlib import Path; import sys\n"
        "from tests.system.test_import import load; from ops.platform import Platform; from ops.state import State\n"
        "print('begins', flush=True); load(Platform(State(Path(sys.argv[1]))), Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", program, str(platform.state.directory), str(catalog)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(after_seconds)
        process.send_signal(signal.SIGKILL)


def write(folder: Path, *, prefix: str, shade: int) -> Path:
    """A catalogue of things with two pictures each, one of which others have too."""
    draw_all(folder, shade=shade)
    things = [
        {
            "title": f"Thing {number}",
            "category": None,
            "price": {"amount": "19.99", "currency": "USD"},
            "variants": [{"sku": f"{prefix}-{number}", "stock": 3}],
            "pictures": [f"{number}.png", "same.png"],
        }
        for number in range(KILLED)
    ]
    path = folder / "catalog.json"
    path.write_text(json.dumps({"products": things}))
    return path


def draw_all(folder: Path, *, shade: int) -> None:
    (folder / "pictures").mkdir(exist_ok=True)
    for name, colour in [("same", (shade, shade, 255)), *((str(each), (shade, each, 0)) for each in range(KILLED))]:
        Image.new("RGB", (32, 32), colour).save(folder / f"pictures/{name}.png")


def in_shop(admin: Shop, catalog: Path) -> list[dict[str, Any]]:
    """Every product that has one of the catalogue's SKUs."""
    return [admin.product(found["id"]) for sku in skus_of(catalog) for found in admin.products(sku=sku)]


def skus_of(catalog: Path) -> list[str]:
    return [product["variants"][0]["sku"] for product in json.loads(catalog.read_text())["products"]]


def stored_files(platform: Platform, skus: list[str]) -> set[str]:
    """The files that were uploaded for these products and not deleted."""
    with open_books(platform.state.read("run")) as books:
        sql = "SELECT id FROM files_storedfile WHERE split_part(name, '.', 1) = ANY(%s) AND status <> 'deleted'"
        return {str(row["id"]) for row in books.rows(FILES, sql, skus)}


def opens(url: str) -> None:
    with build_opener(ProxyHandler({})).open(url, timeout=30) as answer:
        Image.open(io.BytesIO(answer.read())).verify()
