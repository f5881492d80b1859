"""Products written one after another: as JSON, or as a table."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import TextIOWrapper
from typing import BinaryIO

import msgspec

from ops.importing.catalog import Category, Picture, Product
from ops.importing.cells import LIST, PATH, from_pairs, guarded, joined
from ops.importing.formats.table import COLUMNS, OF_VARIANT

Write = Callable[[str, Product], None]
"""Takes a product's key, which is unique in the file, and the product."""


@contextmanager
def written_json(file: BinaryIO, categories: Iterable[Category]) -> Iterator[Write]:
    """Our own format, with one line for each category and product, so that line numbers identify them."""
    encode = msgspec.json.Encoder().encode
    file.write(b'{"categories": [')
    file.write(b",".join(b"\n" + encode(category) for category in categories))
    file.write(b'\n],\n"products": [')
    separator = b"\n"

    def write(_key: str, product: Product) -> None:
        nonlocal separator
        file.write(separator + encode(product))
        separator = b",\n"

    yield write
    file.write(b"\n]}\n")


@contextmanager
def written_table(file: BinaryIO, categories: Iterable[Category]) -> Iterator[Write]:
    """A CSV table with a byte order mark, without which some spreadsheets do not read it as UTF-8."""
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    table = csv.DictWriter(text, COLUMNS, restval="")
    table.writeheader()
    paths = _paths(categories)

    def write(key: str, product: Product) -> None:
        for cells in _lines(key, product, paths):
            table.writerow({column: guarded(cell) for column, cell in cells.items()})

    yield write
    text.flush()
    text.detach()


WRITERS: dict[str, Callable[[BinaryIO, Iterable[Category]], AbstractContextManager[Write]]] = {
    "json": written_json,
    "csv": written_table,
}


def _paths(categories: Iterable[Category]) -> dict[str, list[str]]:
    """The names from the root to each category, by its slug."""
    paths: dict[str, list[str]] = {}
    for category in categories:
        paths[category.slug] = [*paths.get(category.parent or "", []), category.name]
    return paths


def _lines(key: str, product: Product, paths: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """A line for each variant; only the first has the product's own cells."""
    cells = _of_product(product, paths)
    for variant in product.variants:
        own = {
            "sku": variant.sku,
            "stock": str(variant.stock),
            "variant_title": variant.title,
            "variant_price": variant.price.amount if variant.price else "",
            "variant_attributes": from_pairs(variant.attributes),
        }
        yield {"product": key, **cells, **{column: own[column] for column in OF_VARIANT}}
        cells = {}


def _of_product(product: Product, paths: dict[str, list[str]]) -> dict[str, str]:
    pictures = [Picture(each) if isinstance(each, str) else each for each in product.pictures]
    has_alts = any(picture.alt for picture in pictures)
    return {
        "title": product.title,
        "description": product.description,
        "category": joined(paths.get(product.category or "", []), PATH),
        "price": product.price.amount,
        "currency": product.price.currency,
        "attributes": from_pairs(product.attributes),
        "status": product.status or "",
        "pictures": joined((picture.file for picture in pictures), LIST),
        "alts": joined((picture.alt for picture in pictures), LIST) if has_alts else "",
    }
