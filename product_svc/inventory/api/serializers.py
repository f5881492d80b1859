"""How stock is written, and how corrections of it are read."""

from rest_framework import serializers

from common.api.serializers import Input, TextField
from product_svc.inventory import rules
from product_svc.inventory.models import StockItem


class AdjustStockInput(Input):
    """The change of the stock on hand, and the reason."""

    example = {"delta": -1, "reason": "One broke."}

    delta = serializers.IntegerField(min_value=-rules.MAX_DELTA, max_value=rules.MAX_DELTA)
    reason = TextField(max_length=rules.MAX_REASON)

    def validate_delta(self, delta: int) -> int:
        if delta == 0:
            raise serializers.ValidationError("A correction by nothing corrects nothing.")
        return delta


class StockWarningInput(Input):
    """The stock on hand at which the seller is warned; 0: only when nothing is left."""

    example = {"low_at": 5}

    low_at = serializers.IntegerField(min_value=0, max_value=rules.MAX_DELTA)


class StockOutput(serializers.Serializer[StockItem]):
    """The stock of a SKU."""

    sku = serializers.CharField()
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()


class StockWarningOutput(serializers.Serializer[StockItem]):
    """The stock on hand at which the seller is warned."""

    low_at = serializers.IntegerField()
