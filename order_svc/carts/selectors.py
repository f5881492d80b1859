"""Reading carts, at the prices of this moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, QuerySet

from order_svc.carts import rules
from order_svc.carts.models import Cart, CartItem, SpentGuestCart
from order_svc.offers import selectors as offers


def contents_of(*, cart: Cart) -> rules.Contents:
    """All that lies in a cart, in the order in which it was put there, and what had no room in it."""
    items = items_of(cart_id=cart.id)
    stock = offers.stock_of(skus=[item.sku for item in items]) if items else {}
    currency = currency_of(items, otherwise=settings.CURRENCY)
    lines = tuple(_line(item, stock.get(item.sku), currency, cart.left_out.get(item.sku, 0)) for item in items)
    return rules.Contents(cart.id, lines, currency, _left_out(cart, {item.sku for item in items}))


def currency_of(items: Iterable[CartItem], *, otherwise: str) -> str:
    """In what the cart that holds these is priced."""
    return rules.currency_of((item.offer.price for item in items if item.offer.is_available), otherwise=otherwise)


def items_of(*, cart_id: UUID) -> list[CartItem]:
    """The rows themselves, with what they offer."""
    return list(CartItem.objects.filter(cart_id=cart_id).select_related("offer").order_by("id"))


def cart_to_read(holder: rules.Holder) -> Cart | None:
    """The cart that shows all that the holder has; None while it must be made first, or merged with a guest's."""
    if holder.is_guest:
        return Cart(id=holder.guest_cart_id)
    own = Cart.objects.filter(customer_id=holder.customer_id)
    if holder.guest_cart_id is not None:
        own = own.filter(Exists(_spent(holder.guest_cart_id)))
    return own.first()


def is_spent(*, guest_cart_id: UUID) -> bool:
    """A customer has brought this guest's cart along."""
    return _spent(guest_cart_id).exists()


def _spent(guest_cart_id: UUID) -> QuerySet[SpentGuestCart]:
    return SpentGuestCart.objects.filter(id=guest_cart_id)


def _left_out(cart: Cart, skus_with_lines: Collection[str]) -> tuple[rules.LeftOut, ...]:
    quantities = {sku: quantity for sku, quantity in cart.left_out.items() if sku not in skus_with_lines}
    titles = offers.titles_of(skus=quantities) if quantities else {}
    return tuple(rules.LeftOut(sku=sku, title=titles[sku], quantity=quantity) for sku, quantity in quantities.items())


def _line(item: CartItem, available: int | None, currency: str, left_out: int) -> rules.Line:
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
        left_out=left_out,
    )
