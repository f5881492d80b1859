"""Comparing a product of the file with the same product of the shop."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import to_builtins

from common.money import Money
from ops.importing.catalog import Product, Variant
from ops.shop import Json


def fields_of(product: Product, *, category: str | None) -> Json:
    """The product as the API takes and stores it: trimmed, without pictures, published if the file does not say."""
    return {
        "title": product.title.strip(),
        "description": product.description.strip(),
        "category": category,
        "price": to_builtins(product.price),
        "attributes": _trimmed(product.attributes),
        "variants": [_variant_fields(variant) for variant in product.variants],
        "status": product.status or "published",
    }


def differences(product: Product, current: Json, *, category: str | None) -> Json:
    """The fields that have to change. Stock is not compared: once a product exists, only sales and people change it."""
    wanted = fields_of(product, category=category)
    same = {
        "title": wanted["title"] == current["title"],
        "description": wanted["description"] == current["description"],
        "category": category == (current["category"] or {}).get("slug"),
        "price": product.price.money == _money(current["price"]),
        "attributes": wanted["attributes"] == current["attributes"],
        "variants": _are_same(product, current["variants"]),
        "status": product.status in {None, current["status"]},
    }
    return {name: wanted[name] for name, is_same in same.items() if not is_same}


def label_of(attributes: dict[str, str]) -> str:
    """What the shop calls a variant that has no title of its own."""
    return " / ".join(attributes.values())[:200]


def _variant_fields(variant: Variant) -> Json:
    fields: Json = {"sku": variant.sku, "stock": variant.stock, "attributes": _trimmed(variant.attributes)}
    fields |= {"title": variant.title.strip()} if variant.title.strip() else {}
    return fields | ({"price": to_builtins(variant.price)} if variant.price else {})


def _are_same(product: Product, current: Iterable[Json]) -> bool:
    """The same variants in the same order; a title counts where the file gives one."""
    wanted = [(each.sku, (each.price or product.price).money, _trimmed(each.attributes)) for each in product.variants]
    found = [(each["sku"], _money(each["price"]), each["attributes"]) for each in current]
    if wanted != found:
        return False
    titles = [each.get("title", "") for each in current]
    return all(each.title.strip() in {"", title} for each, title in zip(product.variants, titles, strict=True))


def _money(price: Json) -> Money:
    return Money.parse(price["amount"], price["currency"])


def _trimmed(attributes: dict[str, str]) -> dict[str, str]:
    return {name.strip(): value.strip() for name, value in attributes.items()}
