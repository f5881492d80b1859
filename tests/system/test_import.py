"""A real catalogue goes in, and in again, without doubling anything."""

from __future__ import annotations

import io
import os
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest
from PIL import Image

from ops.importing.loading import import_catalog
from ops.importing.report import Outcome
from ops.platform import Platform
from ops.state import ROOT
from tests.system.people import admin_of

CATALOG = Path(os.environ.get("OPENCOMMERCE_TEST_CATALOG") or ROOT.parent / "shared/data/eshop/catalog.json")
PRODUCTS = 101


@pytest.mark.skipif(not CATALOG.exists(), reason="the real catalogue is not beside this checkout")
def test_the_real_catalogue_can_be_imported_twice(platform: Platform) -> None:
    admin = admin_of(platform)
    before = {product["id"] for product in admin.products()}

    first = import_catalog(admin, CATALOG, on_progress=silently, patience_seconds=180)
    listed = {product["id"]: product for product in admin.products() if product["id"] not in before}
    second = import_catalog(admin, CATALOG, on_progress=silently, patience_seconds=180)

    assert first.is_clean
    assert first.count(Outcome.CREATED) == len(listed) == PRODUCTS
    assert second.count(Outcome.UNCHANGED) == PRODUCTS
    assert {product["id"] for product in admin.products()} == before | set(listed)
    assert len({product["image"]["id"] for product in listed.values()}) == PRODUCTS
    for product in listed.values():
        opens(product["image"]["medium"])


def silently(_done: int, _total: int, _what: str) -> None:
    """Nobody watches."""


def opens(url: str) -> None:
    with build_opener(ProxyHandler({})).open(url, timeout=30) as answer:
        Image.open(io.BytesIO(answer.read())).verify()
