"""Looking at a cart, and turning it into an order."""

from __future__ import annotations

from django.db import transaction

from order_svc.carts import rules, selectors
from order_svc.carts.models import Cart
from order_svc.carts.services.holding import locked_cart


def read_cart(*, holder: rules.Holder) -> rules.Contents:
    """What is in the holder's cart, with what they had put in as a guest."""
    return selectors.contents_of(cart=selectors.cart_to_read(holder) or _made_or_merged(holder))


def read_orderable_cart(*, holder: rules.Holder) -> rules.Contents:
    """The same, if it could be ordered as it is. Raises CartEmpty and ItemsUnavailable."""
    contents = read_cart(holder=holder)
    rules.require_orderable(contents)
    return contents


def take_out(*, holder: rules.Holder) -> rules.Contents:
    """Empty the cart into an order, in the transaction that makes it: either both happen or neither.

    Whoever asks at the same time waits, and finds nothing. Nothing that its holder has not been told is left out of it.
    Raises CartEmpty, CartsDoNotFit and ItemsUnavailable.
    """
    cart = locked_cart(holder, must_hold_all=True)
    contents = selectors.contents_of(cart=cart)
    rules.require_orderable(contents)
    cart.delete()
    return contents


@transaction.atomic
def _made_or_merged(holder: rules.Holder) -> Cart:
    return locked_cart(holder)
