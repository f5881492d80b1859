"""What is done with stock."""

from product_svc.inventory.services.availability import keep_availability
from product_svc.inventory.services.orders import release_stock, reserve_stock, sell_stock
from product_svc.inventory.services.stock import adjust_stock, receive_first_stock, warn_from

__all__ = [
    "adjust_stock",
    "keep_availability",
    "receive_first_stock",
    "release_stock",
    "reserve_stock",
    "sell_stock",
    "warn_from",
]
