"""Orders as they are shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.serializers import MoneyField
from order_svc.orders.api.serializers.totals import TotalsOutput


class OrderLineOutput(serializers.Serializer[Any]):
    """One SKU of an order."""

    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneyField()
    total = MoneyField()


class QuoteOutput(serializers.Serializer[Any]):
    """What an order would cost, and the total to expect when placing it."""

    lines = OrderLineOutput(many=True)
    totals = TotalsOutput()
    expected_total = MoneyField(source="total")


class OrderPaymentOutput(serializers.Serializer[Any]):
    """How far the payment has come."""

    provider = serializers.CharField()
    status = serializers.CharField()


class OrderEventOutput(serializers.Serializer[Any]):
    """Something that happened to an order."""

    at = serializers.DateTimeField()
    fact = serializers.CharField()
    service = serializers.CharField()
    detail = serializers.CharField()


class OrderOutput(serializers.Serializer[Any]):
    """An order, whole."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.CharField()
    cancel_reason = serializers.CharField(allow_null=True)
    lines = OrderLineOutput(many=True)
    total = MoneyField()
    totals = TotalsOutput()
    shipping_address = serializers.JSONField()
    payment = OrderPaymentOutput()
    placed_at = serializers.DateTimeField()
    timeline = OrderEventOutput(many=True, source="events")
