"""What is sent to and fro about wishlists."""

from typing import Any

from rest_framework import serializers

from common.api.serializers import IdField, Input


class WishInput(Input):
    """The product to find again."""

    product = IdField()


class WishOutput(serializers.Serializer[Any]):
    """A product that somebody wants to find again."""

    product = serializers.UUIDField(source="product_id")
    added_at = serializers.DateTimeField(source="created_at")
