"""A catalogue as it is read from a file: what can be loaded, and what cannot with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1)]
Amount = Annotated[str, Meta(pattern=r"^\d{1,12}(\.\d{1,3})?$")]
FileName = Annotated[str, Meta(pattern=r"^[^/\\]+$")]


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """Money as the public API writes it."""

    amount: Amount
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]


class Category(Struct, frozen=True, forbid_unknown_fields=True):
    """A shelf of the shop; ``parent`` is the slug of the one above it."""

    slug: Text
    name: Text
    parent: str | None = None


class Variant(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that can be bought; without a price of its own it costs what the product does."""

    sku: Text
    stock: Annotated[int, Meta(ge=0)]
    price: Price | None = None
    attributes: dict[str, str] = {}


class Product(Struct, frozen=True, forbid_unknown_fields=True):
    """Something for sale. Its first variant's SKU is what it is known by when the file is loaded again."""

    title: Text
    category: Text
    price: Price
    variants: Annotated[tuple[Variant, ...], Meta(min_length=1)]
    description: str = ""
    attributes: dict[str, str] = {}
    pictures: tuple[FileName, ...] = ()

    @property
    def sku(self) -> str:
        """Its identity."""
        return self.variants[0].sku


@dataclass(frozen=True)
class Shelf:
    """A category, and the line that asks for it."""

    line: int
    category: Category


@dataclass(frozen=True)
class Row:
    """A product that can be loaded, the line it starts on, and where its pictures lie."""

    line: int
    product: Product
    pictures: tuple[Path, ...]


@dataclass(frozen=True)
class BadRow:
    """What could not be loaded, and why."""

    line: int
    name: str
    reason: str


class RowUnusable(Exception):
    """A row that cannot be loaded; the message is the reason."""


@dataclass
class Catalog:
    """What a file holds."""

    shelves: list[Shelf] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    _lines: dict[str, int] = field(default_factory=dict)

    def add(self, product: Product, *, line: int, pictures: Sequence[Path]) -> None:
        """Take a product in. Raises RowUnusable when one of its SKUs stands for another row already."""
        for variant in product.variants:
            if earlier := self._lines.get(variant.sku):
                raise RowUnusable(f"{variant.sku} is already the SKU of line {earlier}")
        self._lines.update({variant.sku: line for variant in product.variants})
        self.rows.append(Row(line, product, tuple(pictures)))
