"""The project's own format: an object of categories and products, as docs/how-to/load-a-catalogue.md describes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import msgspec

from ops.importing.catalog import Category, Item, Product, Row, RowUnusable, Shelf
from ops.importing.formats.rows import read_row
from ops.importing.scanner import Part, rows


def read(stream: TextIO, pictures: Path) -> Iterator[Item]:
    """The items of the file. ``pictures`` is the folder that picture names are relative to."""
    had_products = False

    def category(row: Part) -> Iterator[Item]:
        if had_products:
            raise RowUnusable("it stands after the products: put the file's categories before them")
        yield Shelf(row.line, msgspec.json.decode(row.text, type=Category))

    def product(row: Part) -> Iterator[Item]:
        yield Row.of(row.line, msgspec.json.decode(row.text, type=Product), pictures)

    for name, row in rows(stream):
        if name == "categories":
            yield from read_row(row, category)
        elif name == "products":
            had_products = True
            yield from read_row(row, product)
