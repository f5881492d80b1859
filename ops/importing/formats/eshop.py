"""The eShop format: a list of rows with an Id, a type, a brand and a price; the picture of row 7 is ``7.webp``."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import msgspec
from django.utils.text import slugify
from msgspec import Meta, Struct

from ops.importing.catalog import Catalog, Category, Price, Product, RowUnusable, Shelf, Text, Variant
from ops.importing.formats.rows import read_rows
from ops.importing.scanner import Part

CURRENCY = "USD"
STOCK = 100
LARGEST_PRICE = 10**12


class EshopRow(Struct, frozen=True, rename="pascal"):
    """One row as the file has it."""

    id: Annotated[int, Meta(ge=1)]
    type: Text
    name: Text
    price: Decimal
    brand: str = ""
    description: str = ""


def read(text: str, pictures: Path) -> Catalog:
    """What the file holds: its types become categories, a brand becomes an attribute."""
    catalog = Catalog()
    slugs: set[str] = set()

    def add(row: Part) -> None:
        content = msgspec.json.decode(row.text, type=EshopRow)
        category = category_of(content)
        picture = pictures / f"{content.id}.webp"
        catalog.add(product_of(content), line=row.line, pictures=[picture] if picture.is_file() else [])
        if category.slug not in slugs:
            slugs.add(category.slug)
            catalog.shelves.append(Shelf(row.line, category))

    read_rows(Part(text), into=catalog, add=add)
    return catalog


def category_of(row: EshopRow) -> Category:
    """The category that stands for the row's type. Raises RowUnusable when no slug can be made of it."""
    slug = slugify(row.type.replace("/", " "))
    if not slug:
        raise RowUnusable(f"no category can be made of the type {row.type!r}")
    return Category(slug=slug, name=row.type)


def product_of(row: EshopRow) -> Product:
    """The row as a product with one variant, known by its Id. Raises RowUnusable when the price is none."""
    return Product(
        title=row.name,
        description=row.description,
        category=category_of(row).slug,
        price=Price(amount=amount_of(row.price), currency=CURRENCY),
        attributes={"brand": row.brand} if row.brand else {},
        variants=(Variant(sku=f"ESHOP-{row.id}", stock=STOCK),),
    )


def amount_of(price: Decimal) -> str:
    """The price with its two decimals. Raises RowUnusable when it is not a price."""
    if not price.is_finite() or not 0 < price < LARGEST_PRICE or price * 100 % 1:
        raise RowUnusable(f"{price} is not a price")
    return f"{price:.2f}"
