"""Carts as they are filled and shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.operations import ShapedField
from common.api.serializers import Input, MoneyField, Output, TextField, WholeNumberField
from common.money import Money
from order_svc.carts import rules


class AddItemInput(Input):
    """A SKU, and the quantity to add."""

    example = {"sku": "POT-1", "quantity": 1}

    sku = TextField(max_length=128)
    quantity = WholeNumberField(min_value=1, max_value=rules.MAX_QUANTITY)


class ChangeItemInput(Input):
    """The new quantity of a SKU; 0 removes it."""

    example = {"quantity": 2}

    quantity = WholeNumberField(min_value=0, max_value=rules.MAX_QUANTITY)


class ChangeOutput(serializers.Serializer[Any]):
    """A change of a line since its owner last edited it."""

    code = serializers.CharField()
    detail = serializers.CharField()


class LineOutput(serializers.Serializer[Any]):
    """A line of a cart, at the current price."""

    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneyField()
    total = MoneyField()
    is_available = serializers.BooleanField()
    available = serializers.IntegerField(allow_null=True)
    previous_unit_price = ShapedField(MoneyField(allow_null=True))
    changes = ChangeOutput(many=True)

    def get_previous_unit_price(self, line: rules.Line) -> dict[str, str] | None:
        return _shown(line.seen_price) if line.is_price_changed else None


class LeftOutOutput(serializers.Serializer[Any]):
    """Lines of a guest's cart for which the customer's cart had no room."""

    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    detail = serializers.CharField()


class CartOutput(Output):
    """A cart. Lines that cannot be ordered are listed, but not part of the totals."""

    id = serializers.UUIDField()
    items = LineOutput(many=True, source="lines")
    total = MoneyField()
    left_out = LeftOutOutput(many=True)


def _shown(money: Money) -> dict[str, str]:
    return MoneyField().to_representation(money)
