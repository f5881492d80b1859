"""Looking at a cart, and turning it into an order."""

from __future__ import annotations

from django.db import transaction

from order_svc.carts import rules, selectors
from order_svc.carts.models import Cart
from order_svc.carts.services.holding import locked_cart


def read_cart(*, holder: rules.Holder) -> rules.Contents:
    """The contents of the holder's cart, merged with their guest cart."""
    return selectors.contents_of(cart=selectors.cart_to_read(holder) or _made_or_merged(holder))


def read_orderable_cart(*, holder: rules.Holder) -> rules.Contents:
    """The same, if it could be ordered as it is. Raises CartEmpty and ItemsUnavailable."""
    contents = read_cart(holder=holder)
    rules.require_orderable(contents)
    return contents


def take_out(*, holder: rules.Holder) -> rules.Contents:
    """Take everything out of the cart for an order, in the transaction that creates it: both happen or neither.

    A simultaneous request waits, and then finds an empty cart. Raises CartEmpty; ItemsUnavailable; and CartsDoNotFit
    instead of leaving something out that the holder does not know of.
    """
    cart = locked_cart(holder, must_hold_all=True)
    contents = selectors.contents_of(cart=cart)
    rules.require_orderable(contents)
    cart.delete()
    return contents


@transaction.atomic
def _made_or_merged(holder: rules.Holder) -> Cart:
    return locked_cart(holder)
