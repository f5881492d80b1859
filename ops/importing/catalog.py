"""What a catalogue file can hold: what can be loaded, and what cannot, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from common.money import Money
from common.text import has_hidden_characters

# The shop's own limits (product_svc.catalog.rules), so that a file can be checked where no shop runs.
MAX_TITLE = 200
MAX_DESCRIPTION = 20_000
MAX_SLUG = 120
MAX_NAME = 100
MAX_STOCK = 1_000_000
MAX_VARIANTS = 100
MAX_IMAGES = 20
MAX_ATTRIBUTES = 50
MAX_ATTRIBUTE_NAME = 64
MAX_ATTRIBUTE_VALUE = 500

_SOMETHING = r"\S"

Slug = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+\Z", max_length=MAX_SLUG)]
Sku = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]
Title = Annotated[str, Meta(pattern=_SOMETHING, max_length=MAX_TITLE)]
Words = Annotated[str, Meta(max_length=MAX_TITLE)]
Name = Annotated[str, Meta(pattern=_SOMETHING, max_length=MAX_NAME)]
Description = Annotated[str, Meta(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*\Z", max_length=MAX_DESCRIPTION)]
"""Formatting characters such as bidirectional marks are allowed; of control characters, only tab, LF and CR."""
Attributes = Annotated[
    dict[
        Annotated[str, Meta(pattern=_SOMETHING, max_length=MAX_ATTRIBUTE_NAME)],
        Annotated[str, Meta(max_length=MAX_ATTRIBUTE_VALUE)],
    ],
    Meta(max_length=MAX_ATTRIBUTES),
]
PicturePath = Annotated[str, Meta(pattern=r"^(?!(.*/)?\.{0,2}(/|\Z))[^\\\x00]+\Z")]
"""Relative, with slashes, and never outside its folder."""


def _require_visible(lines: Iterable[str], *, prose: Iterable[str] = ()) -> None:
    if any(map(has_hidden_characters, lines)) or any(has_hidden_characters(text, but="\n\r\t") for text in prose):
        raise ValueError("control characters and other invisible ones are not allowed")


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """Money as the public API writes it."""

    amount: Annotated[str, Meta(pattern=r"^[0-9]{1,12}(\.[0-9]{1,4})?\Z")]
    currency: str

    def __post_init__(self) -> None:
        if self.money.minor <= 0:
            raise ValueError("a price is more than nothing")

    @property
    def money(self) -> Money:
        """The exact amount, however it is written. Raises BadMoney, which is a ValueError."""
        return Money.parse(self.amount, self.currency)


class Category(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A category of the shop; ``parent`` is the slug of the one above it."""

    slug: Slug
    name: Name
    parent: str | None = None

    def __post_init__(self) -> None:
        _require_visible([self.name])


class Variant(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One variant that can be bought; without a price of its own it has the product's."""

    sku: Sku
    stock: Annotated[int, Meta(ge=0, le=MAX_STOCK)]
    title: Words = ""
    price: Price | None = None
    attributes: Attributes = {}

    def __post_init__(self) -> None:
        _require_visible([self.title, *self.attributes], prose=self.attributes.values())


class Picture(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A picture and its alternative text."""

    file: PicturePath
    alt: Words = ""

    def __post_init__(self) -> None:
        _require_visible([self.alt])


class Product(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A product. The SKU of its first variant identifies it when the file is loaded again."""

    title: Title
    category: Slug | None
    price: Price
    variants: Annotated[tuple[Variant, ...], Meta(min_length=1, max_length=MAX_VARIANTS)]
    description: Description = ""
    attributes: Attributes = {}
    status: Annotated[str, Meta(pattern=r"^(draft|published|archived)\Z")] | None = None
    pictures: Annotated[tuple[PicturePath | Picture, ...], Meta(max_length=MAX_IMAGES)] = ()

    def __post_init__(self) -> None:
        _require_visible([self.title, *self.attributes], prose=self.attributes.values())
        skus = [variant.sku for variant in self.variants]
        if len(set(skus)) < len(skus):
            raise ValueError("two of its variants have the same SKU")
        for own in (variant.price for variant in self.variants):
            if own and own.currency != self.price.currency:
                raise ValueError(f"{own.currency} and {self.price.currency}: a product is sold in one currency")

    @property
    def sku(self) -> str:
        """The SKU that identifies the product."""
        return self.variants[0].sku


@dataclass(frozen=True)
class Shelf:
    """A category, and the line that needs it."""

    line: int
    category: Category
    goes_by_name: bool = False
    """Whether its slug is made up: then a category with the same name and parent is the same one, whatever its slug."""


@dataclass(frozen=True)
class ShownPicture:
    """The path of a row's picture, and its alternative text."""

    path: Path
    alt: str = ""


@dataclass(frozen=True)
class Row:
    """A product that can be loaded, the line it starts on, and its pictures."""

    line: int
    product: Product
    pictures: tuple[ShownPicture, ...] = ()

    @classmethod
    def of(cls, line: int, product: Product, folder: Path) -> Row:
        """The row of a product whose pictures are in this folder."""
        named = (Picture(each) if isinstance(each, str) else each for each in product.pictures)
        return cls(line, product, tuple(ShownPicture(folder / picture.file, picture.alt) for picture in named))


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be loaded, and why."""

    line: int
    name: str
    reason: str


Item = Shelf | Row | BadRow


class RowUnusable(Exception):
    """A row that cannot be loaded; the message is the reason."""
