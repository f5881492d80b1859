"""Orders as they are asked for and shown."""

from order_svc.orders.api.serializers.inputs import COUNTRIES, OrderFilter, PlaceOrderInput, QuoteInput, ShipOrderInput
from order_svc.orders.api.serializers.outputs import AnyOrderOutput, OrderOutput, QuoteOutput, shown

__all__ = [
    "COUNTRIES",
    "AnyOrderOutput",
    "OrderFilter",
    "OrderOutput",
    "PlaceOrderInput",
    "QuoteInput",
    "QuoteOutput",
    "ShipOrderInput",
    "shown",
]
