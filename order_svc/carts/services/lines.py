"""Saving what lies in a cart that is locked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from common.money import Money
from order_svc.carts import rules
from order_svc.carts.models import Cart, CartItem


def line_of(*, cart_id: UUID, sku: str, quantity: int, seen_price: Money) -> CartItem:
    """So many of a SKU, which its holder saw at this price."""
    return CartItem(
        cart_id=cart_id,
        offer_id=sku,
        quantity=quantity,
        seen_price_minor=seen_price.minor,
        seen_currency=seen_price.currency,
    )


def put(lines: Sequence[CartItem], *, instead: Sequence[str]) -> None:
    """Save lines; where there is one of that SKU already, these of its fields."""
    CartItem.objects.bulk_create(lines, update_conflicts=True, unique_fields=["cart", "offer"], update_fields=instead)


def note_left_out(cart: Cart, quantities: Mapping[str, int]) -> None:
    """For these there was no room, as for others before: remembered as far as a cart of their own would hold them."""
    more = {sku: cart.left_out.get(sku, 0) + quantity for sku, quantity in quantities.items()}
    cart.left_out = dict(list({**more, **cart.left_out, **more}.items())[: rules.MAX_LINES])
    cart.save(update_fields=["left_out"])


def forget_left_out(cart: Cart, sku: str) -> bool:
    """Its holder knows, or does not mind any more. Returns whether there was anything to know."""
    if cart.left_out.pop(sku, None) is None:
        return False
    cart.save(update_fields=["left_out"])
    return True
