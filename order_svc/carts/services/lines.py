"""Saving what lies in a cart that is locked."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from common.money import Money
from order_svc.carts.models import CartItem


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
