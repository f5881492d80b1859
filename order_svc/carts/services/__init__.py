"""What can be done with carts."""

from order_svc.carts.errors import CartEmpty, CartsDoNotFit, ItemsUnavailable
from order_svc.carts.rules import Contents, Holder
from order_svc.carts.services.filling import add_item, change_item, remove_item
from order_svc.carts.services.forgetting import forget_old_guests
from order_svc.carts.services.holding import TOKEN_HEADER, holder_of, token_of
from order_svc.carts.services.ordering import read_cart, read_orderable_cart, take_out

__all__ = [
    "TOKEN_HEADER",
    "CartEmpty",
    "CartsDoNotFit",
    "Contents",
    "Holder",
    "ItemsUnavailable",
    "add_item",
    "change_item",
    "forget_old_guests",
    "holder_of",
    "read_cart",
    "read_orderable_cart",
    "remove_item",
    "take_out",
    "token_of",
]
