"""How the catalogue is shown."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from rest_framework import serializers

from common.api.serializers import MoneyField
from product_svc.catalog.models import Product, ProductImage
from product_svc.catalog.selectors import CategoryNode

PICTURE_SIZES = ("thumb", "medium", "large")


class CategoryOutput(serializers.Serializer[Any]):
    """A category and its branch."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.UUIDField(allow_null=True)
    children = serializers.SerializerMethodField()

    def get_children(self, node: CategoryNode) -> list[dict[str, Any]]:
        return [CategoryOutput(child).data for child in node.children]


class ShelfOutput(serializers.Serializer[Any]):
    """The category that a product stands in."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()


class SellerOutput(serializers.Serializer[Any]):
    """Who sells it."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class ImageOutput(serializers.Serializer[Any]):
    """A picture, in the sizes that file_svc keeps it in."""

    def to_representation(self, image: ProductImage) -> dict[str, str]:
        content = urljoin(settings.PUBLIC_URL, f"/api/v1/files/{image.file_id}/content/")
        sizes = {size: f"{content}?variant={size}" for size in PICTURE_SIZES}
        return {"id": str(image.file_id), "alt": image.alt or image.product.title, **sizes}


class VariantOutput(serializers.Serializer[Any]):
    """One thing that can be bought, and how many of it."""

    sku = serializers.CharField()
    title = serializers.CharField()
    price = MoneyField()
    available = serializers.IntegerField()
    attributes = serializers.DictField()


class ProductItemOutput(serializers.Serializer[Any]):
    """A product in a list."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    price = MoneyField()
    image = ImageOutput(source="cover", allow_null=True)
    rating = serializers.SerializerMethodField()
    in_stock = serializers.BooleanField()
    seller = SellerOutput()

    def get_rating(self, product: Product) -> dict[str, Any]:
        average = product.rating_average
        return {"average": None if average is None else float(average), "count": product.rating_count}


class ProductOutput(ProductItemOutput):
    """A product in full."""

    description = serializers.CharField()
    images = ImageOutput(many=True, source="images.all")
    attributes = serializers.DictField()
    category = ShelfOutput(allow_null=True)
    status = serializers.CharField()
    variants = VariantOutput(many=True, source="variants.all")
