"""Orders as they are shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.operations import AsItIsField, OneOf, ShapedField
from common.api.serializers import MoneyField, Output
from common.money import Money
from common.person import Person
from order_svc.orders import rules
from order_svc.orders.api.serializers.totals import TotalsOutput
from order_svc.orders.models import CancelReason, Order, Status


class OrderLineOutput(serializers.Serializer[Any]):
    """A line of an order."""

    sku = serializers.CharField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneyField()
    total = MoneyField()


class SentLineOutput(OrderLineOutput):
    """A line of an order, with whether it was shipped."""

    shipped_at = serializers.DateTimeField(allow_null=True)
    tracking = serializers.CharField()


class QuoteOutput(Output):
    """The lines and totals of a quote, and the total to expect when placing the order."""

    lines = OrderLineOutput(many=True)
    totals = TotalsOutput()
    expected_total = MoneyField(source="total")


class OrderPaymentOutput(serializers.Serializer[Any]):
    """The status of the payment."""

    provider = serializers.CharField()
    status = serializers.CharField()


class OrderEventOutput(serializers.Serializer[Any]):
    """An event in the history of an order."""

    at = serializers.DateTimeField()
    fact = serializers.CharField()
    service = serializers.CharField()
    detail = serializers.CharField()


class AddressOutput(serializers.Serializer[Any]):
    """The shipping address, without the fields that were left out."""

    full_name = serializers.CharField()
    line1 = serializers.CharField()
    line2 = serializers.CharField(required=False)
    city = serializers.CharField(required=False)
    region = serializers.CharField(required=False)
    postal_code = serializers.CharField(required=False)
    country = serializers.CharField()
    phone = serializers.CharField(required=False)


class OrderOutput(Output):
    """An order."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    cancel_reason = serializers.ChoiceField(CancelReason.choices, allow_null=True)
    customer = serializers.UUIDField(source="customer_id")
    lines = SentLineOutput(many=True)
    total = MoneyField()
    totals = TotalsOutput()
    shipping_address = AsItIsField(AddressOutput())
    payment = OrderPaymentOutput()
    placed_at = serializers.DateTimeField()
    timeline = OrderEventOutput(many=True, source="events")


class SaleOutput(Output):
    """An order as a seller sees it: their own lines, and the shipping address while some are to be shipped."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    cancel_reason = serializers.ChoiceField(CancelReason.choices, allow_null=True)
    lines = SentLineOutput(many=True)
    total = ShapedField(MoneyField())
    shipping_address = ShapedField(AddressOutput(allow_null=True))
    placed_at = serializers.DateTimeField()
    timeline = ShapedField(OrderEventOutput(many=True))

    def get_total(self, order: Order) -> dict[str, str]:
        """What their lines come to."""
        total = Money(sum(line.total.minor for line in order.lines.all()), order.currency)
        return MoneyField().to_representation(total)

    def get_shipping_address(self, order: Order) -> dict[str, str] | None:
        """None before there is something to send, and when nothing is left to do."""
        return order.shipping_address if rules.is_address_needed(order.status) else None

    def get_timeline(self, order: Order) -> list[dict[str, Any]]:
        """Without payments, and without what others were told."""
        events = [event for event in order.events.all() if rules.concerns_sellers(event.fact)]
        return list(OrderEventOutput(events, many=True).data)


class AnyOrderOutput(OneOf):
    """An order: all of it for its customer and for staff, for a seller their own lines."""

    shapes = (OrderOutput, SaleOutput)


def shown(order: Order, *, person: Person) -> dict[str, Any]:
    """An order as this person sees it."""
    whole = rules.sees_all_of(person, customer_id=order.customer_id)
    return (OrderOutput if whole else SaleOutput).of(order)
