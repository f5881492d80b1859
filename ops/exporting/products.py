"""A product of the shop in the form of our catalogue files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ops.importing.catalog import Category, Picture, Price, Product, Variant
from ops.importing.differences import label_of
from ops.shop import Json


def product_of(shown: Json, pictures: Sequence[Picture]) -> Product:
    """The product. Its stock is what can be sold now: on hand, less what is reserved for open orders."""
    price = Price(**shown["price"])
    return Product(
        title=shown["title"],
        category=(shown["category"] or {}).get("slug"),
        price=price,
        variants=tuple(_variant(variant, price) for variant in shown["variants"]),
        description=shown["description"],
        attributes=shown["attributes"],
        status=shown["status"],
        pictures=tuple(picture if picture.alt else picture.file for picture in pictures),
    )


def alt_of(image: Json, shown: Json) -> str:
    """The alternative text of a picture; empty if it is just the product's title."""
    return "" if image["alt"] == shown["title"] else str(image["alt"])


def categories_of(tree: Iterable[Json], *, parent: str | None = None) -> Iterator[Category]:
    """Every category, a parent before its children."""
    for category in tree:
        yield Category(slug=category["slug"], name=category["name"], parent=parent)
        yield from categories_of(category["children"], parent=category["slug"])


def _variant(shown: Json, usual: Price) -> Variant:
    price = Price(**shown["price"])
    return Variant(
        sku=shown["sku"],
        stock=max(shown["available"], 0),
        title="" if shown["title"] == label_of(shown["attributes"]) else shown["title"],
        price=None if price == usual else price,
        attributes=shown["attributes"],
    )
