"""Orders as they are asked for and shown."""

from order_svc.orders.api.serializers.inputs import COUNTRIES, PlaceOrderInput
from order_svc.orders.api.serializers.outputs import OrderOutput

__all__ = ["COUNTRIES", "OrderOutput", "PlaceOrderInput"]
