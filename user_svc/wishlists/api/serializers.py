"""What is sent to and fro about wishlists."""

from typing import Any

from rest_framework import serializers

from common.api.serializers import IdField, Input


class WishInput(Input):
    """The product to add."""

    example = {"product": "0190b8c4-7f2e-7d3a-9a1e-5b0c8d4f6a21"}

    product = IdField()


class WishOutput(serializers.Serializer[Any]):
    """An item of a wishlist."""

    product = serializers.UUIDField(source="product_id")
    added_at = serializers.DateTimeField(source="created_at")
