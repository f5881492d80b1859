"""Saving the lines of a cart, whose lock the caller holds."""

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
    """Insert lines; of a SKU that is in the cart already, update the fields named by ``instead``."""
    CartItem.objects.bulk_create(lines, update_conflicts=True, unique_fields=["cart", "offer"], update_fields=instead)


def note_left_out(cart: Cart, quantities: Mapping[str, int]) -> None:
    """Remember what there was no room for, up to as many SKUs as a cart may hold."""
    more = {sku: cart.left_out.get(sku, 0) + quantity for sku, quantity in quantities.items()}
    cart.left_out = dict(list({**more, **cart.left_out, **more}.items())[: rules.MAX_LINES])
    cart.save(update_fields=["left_out"])


def forget_left_out(cart: Cart, sku: str) -> bool:
    """Forget that a SKU was left out. Returns whether it was."""
    if cart.left_out.pop(sku, None) is None:
        return False
    cart.save(update_fields=["left_out"])
    return True
