"""A product of the file beside the same product of the shop."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec import to_builtins

from ops.importing.catalog import Product, Variant
from ops.shop import Json


def fields_of(product: Product) -> Json:
    """The product as the API takes and keeps it: trimmed, and without pictures and status."""
    return {
        "title": product.title.strip(),
        "description": product.description.strip(),
        "category": product.category,
        "price": to_builtins(product.price),
        "attributes": _trimmed(product.attributes),
        "variants": [_variant_fields(variant) for variant in product.variants],
    }


def differences(product: Product, current: Json) -> Json:
    """The fields that are to change. Stock is not among them: once a product exists, only sales and people move it."""
    wanted = fields_of(product)
    same = {
        "title": wanted["title"] == current["title"],
        "description": wanted["description"] == current["description"],
        "category": product.category == (current["category"] or {}).get("slug"),
        "price": _money(wanted["price"]) == _money(current["price"]),
        "attributes": wanted["attributes"] == current["attributes"],
        "variants": _wanted_variants(product) == _current_variants(current["variants"]),
    }
    return {name: wanted[name] for name, is_same in same.items() if not is_same}


def _variant_fields(variant: Variant) -> Json:
    fields: Json = {"sku": variant.sku, "stock": variant.stock, "attributes": _trimmed(variant.attributes)}
    return fields | ({"price": to_builtins(variant.price)} if variant.price else {})


def _wanted_variants(product: Product) -> dict[str, tuple[object, dict[str, str]]]:
    return {
        each.sku: (_money(to_builtins(each.price or product.price)), _trimmed(each.attributes))
        for each in product.variants
    }


def _current_variants(variants: Iterable[Json]) -> dict[str, tuple[object, dict[str, str]]]:
    return {each["sku"]: (_money(each["price"]), each["attributes"]) for each in variants}


def _money(price: Json) -> tuple[Decimal, str]:
    return Decimal(price["amount"]), price["currency"]


def _trimmed(attributes: dict[str, str]) -> dict[str, str]:
    return {name.strip(): value.strip() for name, value in attributes.items()}
