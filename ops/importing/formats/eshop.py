"""The eShop format: a list of rows with an Id, a type, a brand and a price; the picture of row 7 is ``7.webp``."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, TextIO

import msgspec
from django.utils.text import slugify
from msgspec import Meta, Struct

from ops.importing.catalog import (
    Category,
    Description,
    Item,
    Name,
    Price,
    Product,
    Row,
    RowUnusable,
    Shelf,
    ShownPicture,
    Title,
    Variant,
    Words,
)
from ops.importing.formats.rows import read_row
from ops.importing.scanner import Part, rows

CURRENCY = "USD"
STOCK = 100
LARGEST_PRICE = 10**12


class EshopRow(Struct, frozen=True, rename="pascal"):
    """One row as the file has it."""

    id: Annotated[int, Meta(ge=1)]
    type: Name
    name: Title
    price: Decimal
    brand: Words = ""
    description: Description = ""


def read(stream: TextIO, pictures: Path) -> Iterator[Item]:
    """The items of the file: a type becomes a category, a brand an attribute."""
    slugs: set[str] = set()

    def product(row: Part) -> Iterator[Item]:
        content = msgspec.json.decode(row.text, type=EshopRow)
        category = category_of(content)
        found = product_of(content)
        if category.slug not in slugs:
            slugs.add(category.slug)
            yield Shelf(row.line, category)
        picture = pictures / f"{content.id}.webp"
        yield Row(row.line, found, (ShownPicture(picture),) if picture.is_file() else ())

    for _, row in rows(stream):
        yield from read_row(row, product)


def category_of(row: EshopRow) -> Category:
    """The category for the row's type. Raises RowUnusable if no slug can be made of it."""
    slug = slugify(row.type.replace("/", " "))
    if not slug:
        raise RowUnusable(f"no category can be made of the type {row.type!r}")
    return Category(slug=slug, name=row.type)


def product_of(row: EshopRow) -> Product:
    """The row as a product with one variant, identified by its Id. Raises RowUnusable if its price is invalid."""
    return Product(
        title=row.name,
        description=row.description,
        category=category_of(row).slug,
        price=Price(amount=amount_of(row.price), currency=CURRENCY),
        attributes={"brand": row.brand} if row.brand else {},
        variants=(Variant(sku=f"ESHOP-{row.id}", stock=STOCK),),
    )


def amount_of(price: Decimal) -> str:
    """The price with two decimals. Raises RowUnusable if it is not positive, too large, or more precise than that."""
    if not price.is_finite() or not 0 < price < LARGEST_PRICE or price * 100 % 1:
        raise RowUnusable(f"{price} is not a price")
    return f"{price:.2f}"
