"""A whole catalogue brought into the shop, through the same door as everyone else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ops.importing.catalog import BadRow, Catalog, Shelf
from ops.importing.listing import unlisted, unready_pictures
from ops.importing.products import load_product
from ops.importing.reading import read_catalog
from ops.importing.report import Report
from ops.shop import Json, Refused, Shop

Progress = Callable[[int, int, str], None]
"""Called with how many rows are done, how many there are, and what is being done."""

# What a row can be to blame for; anything else concerns them all.
_ROW_FAULTS = {400, 404, 409, 413, 415, 422}


def import_catalog(
    shop: Shop,
    path: Path,
    *,
    on_progress: Progress,
    format_name: str | None = None,
    patience_seconds: float = 60.0,
) -> Report:
    """Load the file as the staff member who is signed in, and return when the shop shows it.

    Loading it again changes only what differs, so a load that was cut off is simply run again. Raises OpsError when
    the file is no catalogue, or the shop refuses or fails for a reason that no row is to blame for.
    """
    catalog = read_catalog(path, format_name=format_name)
    report = Report(refused=catalog.bad)
    report.without_picture = [row.product.sku for row in catalog.rows if not row.pictures]
    _make_categories(shop, catalog.shelves, report)
    products = _load_rows(shop, catalog, report, on_progress)
    _wait_until_shown(shop, products, report, on_progress, patience_seconds)
    return report


def _make_categories(shop: Shop, shelves: Iterable[Shelf], report: Report) -> None:
    existing = set(_slugs(shop.categories()))
    for shelf in shelves:
        category = shelf.category
        if category.slug in existing:
            continue
        try:
            shop.create_category(slug=category.slug, name=category.name, parent=category.parent)
        except Refused as refusal:
            if refusal.status not in _ROW_FAULTS:
                raise
            if refusal.code != "slug_taken":
                report.refused.append(BadRow(shelf.line, category.name, refusal.reason))


def _slugs(categories: Iterable[Json]) -> Iterable[str]:
    for category in categories:
        yield category["slug"]
        yield from _slugs(category["children"])


def _load_rows(shop: Shop, catalog: Catalog, report: Report, on_progress: Progress) -> list[Json]:
    """The products that now stand in the shop."""
    products = []
    for done, row in enumerate(catalog.rows):
        on_progress(done, len(catalog.rows), row.product.title)
        try:
            loaded = load_product(shop, row)
        except Refused as refusal:
            if refusal.status not in _ROW_FAULTS:
                raise
            report.refused.append(BadRow(row.line, row.product.title, refusal.reason))
        else:
            report.outcomes[row.product.sku] = loaded.outcome
            products.append(loaded.product)
    return products


def _wait_until_shown(
    shop: Shop, products: list[Json], report: Report, on_progress: Progress, patience_seconds: float
) -> None:
    on_progress(len(products), len(products), "waiting until the shop shows it all")
    published = [product for product in products if product["status"] == "published"]
    hidden = unlisted(shop, published, patience_seconds=patience_seconds)
    bare = unready_pictures(shop, published, patience_seconds=patience_seconds)
    report.not_listed = sorted({product["title"] for product in [*hidden, *bare]})
