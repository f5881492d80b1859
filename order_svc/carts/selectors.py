"""Reading carts, at the prices of this moment."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from order_svc.carts import rules
from order_svc.carts.models import Cart, CartItem
from order_svc.offers import selectors as offers


def contents_of(*, cart_id: UUID) -> rules.Contents:
    """All that lies in a cart, in the order in which it was put there; nothing, where there is no such cart."""
    items = items_of(cart_id=cart_id)
    stock = offers.stock_of(skus=[item.sku for item in items]) if items else {}
    currency = currency_of(items, otherwise=settings.CURRENCY)
    return rules.Contents(cart_id, tuple(_line(item, stock.get(item.sku), currency) for item in items), currency)


def currency_of(items: Iterable[CartItem], *, otherwise: str) -> str:
    """In what the cart that holds these is priced."""
    return rules.currency_of((item.offer.price for item in items if item.offer.is_available), otherwise=otherwise)


def items_of(*, cart_id: UUID) -> list[CartItem]:
    """The rows themselves, with what they offer."""
    return list(CartItem.objects.filter(cart_id=cart_id).select_related("offer").order_by("id"))


def cart_to_read(holder: rules.Holder) -> UUID | None:
    """The cart that shows all that the holder has; None while it must be made first, or merged with a guest's."""
    if holder.customer_id is None:
        return holder.guest_cart_id
    both = Q(customer_id=holder.customer_id) | Q(id=holder.guest_cart_id, customer_id=None)
    carts = list(Cart.objects.filter(both))
    return carts[0].id if len(carts) == 1 and carts[0].customer_id else None


def _line(item: CartItem, available: int | None, currency: str) -> rules.Line:
    return rules.Line(
        sku=item.sku,
        title=item.offer.title,
        seller_id=item.offer.seller_id,
        quantity=item.quantity,
        unit_price=item.offer.price,
        seen_price=item.seen_price,
        is_for_sale=item.offer.is_available,
        available=available,
        currency=currency,
    )
