"""A real catalogue goes in, and in again, without doubling anything."""

from __future__ import annotations

import io
import os
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest
from PIL import Image

from ops.importing.journal import Journal
from ops.importing.loading import import_catalog
from ops.importing.reading import CatalogFile
from ops.importing.report import Outcome, Report
from ops.platform import Platform
from ops.shop import Shop
from ops.state import ROOT
from tests.system.people import admin_of

CATALOG = Path(os.environ.get("OPENCOMMERCE_TEST_CATALOG") or ROOT.parent / "shared/data/eshop/catalog.json")
PRODUCTS = 101


@pytest.mark.skipif(not CATALOG.exists(), reason="the real catalogue is not beside this checkout")
def test_the_real_catalogue_can_be_imported_twice(platform: Platform) -> None:
    admin = admin_of(platform)
    before = {product["id"] for product in admin.products()}

    first = load(platform, admin)
    listed = {product["id"]: product for product in admin.products() if product["id"] not in before}
    second = load(platform, admin)

    assert first.is_clean
    assert first.counts == {Outcome.CREATED: PRODUCTS}
    assert len(listed) == PRODUCTS
    assert second.counts == {Outcome.UNCHANGED: PRODUCTS}
    assert {product["id"] for product in admin.products()} == before | set(listed)
    assert len({product["image"]["id"] for product in listed.values()}) == PRODUCTS
    for product in listed.values():
        opens(product["image"]["medium"])


def load(platform: Platform, admin: Shop) -> Report:
    with Journal.of(platform) as journal:
        return import_catalog(admin, CatalogFile(CATALOG), journal, watch=lambda *_: None, patience_seconds=180)


def opens(url: str) -> None:
    with build_opener(ProxyHandler({})).open(url, timeout=30) as answer:
        Image.open(io.BytesIO(answer.read())).verify()
