"""Putting things into a cart, changing how many, and taking them out."""

from __future__ import annotations

from django.db import transaction

from common.errors import NotFound
from order_svc.carts import errors, rules, selectors
from order_svc.carts.models import Cart, CartItem
from order_svc.carts.services.holding import locked_cart
from order_svc.carts.services.lines import forget_left_out, line_of, put
from order_svc.offers import selectors as offers


@transaction.atomic
def add_item(*, holder: rules.Holder, sku: str, quantity: int) -> rules.Contents:
    """Put so many more of a SKU into the cart. Raises NotForSale, OtherCurrency and CartFull."""
    cart = locked_cart(holder)
    offer = _offer_of(sku)
    items = selectors.items_of(cart_id=cart.id)
    currency = selectors.currency_of(items, otherwise=offer.currency)
    if offer.currency != currency:
        raise errors.OtherCurrency(errors={"sku": [f"It is priced in {offer.currency}, the cart in {currency}."]})
    there_will_be = rules.require_room({item.sku: item.quantity for item in items}, sku=sku, more=quantity)
    _set(cart, offer, there_will_be)
    return selectors.contents_of(cart=cart)


@transaction.atomic
def change_item(*, holder: rules.Holder, sku: str, quantity: int) -> rules.Contents:
    """Have so many of a SKU in the cart; none takes it out. Raises NotFound."""
    cart = locked_cart(holder)
    item = CartItem.objects.filter(cart=cart, offer_id=sku).select_related("offer").first()
    if item is None:
        raise NotFound
    if quantity:
        _set(cart, item.offer, quantity)
    else:
        _take_out(cart, sku)
    return selectors.contents_of(cart=cart)


@transaction.atomic
def remove_item(*, holder: rules.Holder, sku: str) -> None:
    """Take a SKU out of the cart, or off the list of what had no room in it. Raises NotFound."""
    cart = locked_cart(holder)
    if not _take_out(cart, sku):
        raise NotFound


def _offer_of(sku: str) -> offers.Offer:
    offer = offers.available_offers(skus=[sku]).get(sku)
    if offer is None:
        raise errors.NotForSale(errors={"sku": [f"{sku} cannot be bought."]})
    return offer


def _take_out(cart: Cart, sku: str) -> bool:
    was_left_out = forget_left_out(cart, sku)
    return bool(CartItem.objects.filter(cart=cart, offer_id=sku).delete()[0]) or was_left_out


def _set(cart: Cart, offer: offers.Offer, quantity: int) -> None:
    """Whoever touches a line has seen its price, and what else was said of it."""
    forget_left_out(cart, offer.sku)
    line = line_of(cart_id=cart.id, sku=offer.sku, quantity=quantity, seen_price=offer.price)
    put([line], instead=["quantity", "seen_price_minor", "seen_currency"])
