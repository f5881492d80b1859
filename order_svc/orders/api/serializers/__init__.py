"""Orders as they are asked for and shown."""

from order_svc.orders.api.serializers.inputs import COUNTRIES, PlaceOrderInput, QuoteInput
from order_svc.orders.api.serializers.outputs import OrderOutput, QuoteOutput

__all__ = ["COUNTRIES", "OrderOutput", "PlaceOrderInput", "QuoteInput", "QuoteOutput"]
