"""The project's own format: an object of categories and products, as docs/import.md describes it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ops.importing.catalog import Catalog, Category, Product, RowUnusable, Shelf
from ops.importing.formats.rows import read_rows
from ops.importing.scanner import Part


def read(text: str, pictures: Path) -> Catalog:
    """What the file holds. ``pictures`` is the folder that names of pictures are looked up in."""
    catalog = Catalog()
    members = dict(Part(text).members())

    def add_category(row: Part) -> None:
        catalog.shelves.append(Shelf(row.line, msgspec.json.decode(row.text, type=Category)))

    def add_product(row: Part) -> None:
        product = msgspec.json.decode(row.text, type=Product)
        paths = [pictures / name for name in product.pictures]
        if missing := [path.name for path in paths if not path.is_file()]:
            raise RowUnusable(f"its picture {missing[0]} is not in {pictures.name}/")
        catalog.add(product, line=row.line, pictures=paths)

    read_rows(members.get("categories"), into=catalog, add=add_category)
    read_rows(members.get("products"), into=catalog, add=add_product)
    return catalog
