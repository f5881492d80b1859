"""How the catalogue is shown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework import serializers

from common.api.operations import Page, ShapedField
from common.api.serializers import MoneyField
from common.money import Money
from product_svc.catalog.models import CHOSEN_STATUSES, Product, Variant
from product_svc.catalog.selectors import CategoryNode
from product_svc.pictures import selectors as pictures


class CategoryOutput(serializers.Serializer[Any]):
    """A category and its subcategories."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.UUIDField(allow_null=True)
    children = ShapedField(lambda: CategoryOutput(many=True))

    def get_children(self, node: CategoryNode) -> list[dict[str, Any]]:
        return [CategoryOutput(child).data for child in node.children]


class CategoryTreeOutput(Page):
    """All root categories, each with its subcategories."""

    results = CategoryOutput(many=True)


class ImageOutput(serializers.Serializer[Any]):
    """A picture, with the URLs of its sizes."""

    id = serializers.UUIDField()
    alt = serializers.CharField()
    thumb = serializers.URLField()
    medium = serializers.URLField()
    large = serializers.URLField()


class RatingOutput(serializers.Serializer[Any]):
    """The average rating of a product, and the number of its reviews."""

    average = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()


class SellerOutput(serializers.Serializer[Any]):
    """The seller of a product."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class ShelfOutput(serializers.Serializer[Any]):
    """The category of a product."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()


class VariantOutput(serializers.Serializer[Any]):
    """A variant: what can be bought, by its SKU."""

    sku = serializers.CharField()
    title = serializers.CharField()
    price = MoneyField()
    available = serializers.IntegerField()
    attributes = serializers.DictField(child=serializers.CharField())


class ProductItemOutput(serializers.Serializer[Any]):
    """A product in a list, as ``product_item`` makes it."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    price = MoneyField()
    image = ImageOutput(allow_null=True)
    rating = RatingOutput()
    in_stock = serializers.BooleanField()
    seller = SellerOutput()


class ProductOutput(ProductItemOutput):
    """A product in full, as ``product_detail`` makes it."""

    description = serializers.CharField(help_text="Clean HTML.")
    images = ImageOutput(many=True)
    attributes = serializers.DictField(child=serializers.CharField())
    category = ShelfOutput(allow_null=True)
    status = serializers.ChoiceField(choices=CHOSEN_STATUSES)
    variants = VariantOutput(many=True)


def product_item(row: Mapping[str, Any]) -> dict[str, Any]:
    """A product in a list, made of a row: for lists a serializer's walk would cost more than the database."""
    file_id, alt = row["cover__file_id"], row["cover__alt"]
    return {
        "id": str(row["id"]),
        "slug": row["slug"],
        "title": row["title"],
        "price": _price(row["price_minor"], row["currency"]),
        "image": _image(file_id, alt or row["title"]) if file_id else None,
        "rating": _rating(row["rating_average"], row["rating_count"]),
        "in_stock": row["is_in_stock"],
        "seller": {"id": str(row["seller_id"]), "name": row["seller__name"]},
    }


def product_detail(product: Product) -> dict[str, Any]:
    """A product in full."""
    images = [_image(image.file_id, image.alt or product.title) for image in product.images.all()]
    category = product.category
    return {
        "id": str(product.id),
        "slug": product.slug,
        "title": product.title,
        "price": _price(product.price_minor, product.currency),
        "image": images[0] if images else None,
        "rating": _rating(product.rating_average, product.rating_count),
        "in_stock": product.is_in_stock,
        "seller": {"id": str(product.seller_id), "name": product.seller.name},
        "description": product.description,
        "images": images,
        "attributes": product.attributes,
        "category": {"id": str(category.id), "slug": category.slug, "name": category.name} if category else None,
        "status": product.chosen_status,
        "variants": [_variant(variant, product) for variant in product.variants.all()],
    }


def _variant(variant: Variant, product: Product) -> dict[str, Any]:
    own_price = variant.price_minor
    return {
        "sku": variant.sku,
        "title": variant.title,
        "price": _price(product.price_minor if own_price is None else own_price, product.currency),
        "available": variant.available,  # type: ignore[attr-defined]  # the selector adds it
        "attributes": variant.attributes,
    }


def _price(minor: int, currency: str) -> dict[str, str]:
    return {"amount": Money(minor, currency).amount(), "currency": currency}


def _rating(average: Decimal | None, count: int) -> dict[str, Any]:
    return {"average": None if average is None else float(average), "count": count}


def _image(file_id: UUID, alt: str) -> dict[str, str]:
    return {"id": str(file_id), "alt": alt, **pictures.addresses(file_id)}
