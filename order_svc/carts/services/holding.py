"""Whose cart it is, and the lock on it.

A guest's token is the id of a cart with our signature, so nothing needs to be kept to hand one out, nobody can make one
up, and whoever reads the database learns none. One that is not ours counts as none at all, and so does one that a
customer has shown: else whoever copied it could go on putting things into that customer's cart.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from django.core.signing import BadSignature, Signer

from order_svc.carts import rules, selectors
from order_svc.carts.models import Cart, SpentGuestCart
from order_svc.carts.services.lines import line_of, note_left_out, put

TOKEN_HEADER = "X-Cart-Token"  # noqa: S105 - a header's name

_signer = Signer(salt="order_svc.carts")


def holder_of(*, customer_id: UUID | None, token: str) -> rules.Holder:
    """Whoever asks. A guest without a token of ours has a new cart, of which nothing is kept while it is empty."""
    guest_cart_id = _read(token)
    if customer_id is None and (guest_cart_id is None or selectors.is_spent(guest_cart_id=guest_cart_id)):
        guest_cart_id = uuid4()
    return rules.Holder(customer_id, guest_cart_id)


def token_of(holder: rules.Holder) -> str:
    """What a guest has to show next time; empty for a customer."""
    return _signer.sign(holder.guest_cart_id.hex) if holder.is_guest and holder.guest_cart_id else ""


def locked_cart(holder: rules.Holder, *, must_hold_all: bool = False) -> Cart:
    """The holder's cart, locked for the transaction under way: made if need be, with what they had put in as a guest.

    A customer's cart is always locked before a guest's, so that nobody waits in a circle. Raises CartsDoNotFit if it
    ``must_hold_all`` and has no room; else it says what it had none for.
    """
    if holder.is_guest:
        return _made_or_locked(id=holder.guest_cart_id)
    cart = _made_or_locked(customer_id=holder.customer_id)
    if holder.guest_cart_id is not None:
        _take_over(holder.guest_cart_id, into=cart, must_hold_all=must_hold_all)
    return cart


def _read(token: str) -> UUID | None:
    try:
        return UUID(hex=_signer.unsign(token))
    except (BadSignature, ValueError):
        return None


def _made_or_locked(**known_by: UUID | None) -> Cart:
    """By one statement that cannot miss: a cart that is ordered just now is waited for, and then made anew."""
    Cart.objects.bulk_create(
        [Cart(**known_by)], update_conflicts=True, unique_fields=list(known_by), update_fields=["updated_at"]
    )
    return Cart.objects.get(**known_by)


def _take_over(guest_cart_id: UUID, *, into: Cart, must_hold_all: bool) -> None:
    """Move what lies in a guest's cart, once and never again, even if there is nothing yet."""
    _, is_first = SpentGuestCart.objects.get_or_create(id=guest_cart_id)
    if not is_first:
        return
    guests = Cart.objects.select_for_update().filter(id=guest_cart_id, customer_id=None).first()
    if guests is None:
        return
    own = {item.sku: item.quantity for item in selectors.items_of(cart_id=into.id)}
    items = {item.sku: item for item in selectors.items_of(cart_id=guests.id)}
    more = {sku: item.quantity for sku, item in items.items()}
    left_out = rules.left_out(own, more)
    if must_hold_all:
        rules.require_fit(left_out)
    lines = [
        line_of(cart_id=into.id, sku=sku, quantity=quantity, seen_price=items[sku].seen_price)
        for sku, quantity in rules.merged(own, more).items()
    ]
    put(lines, instead=["quantity"])
    if left_out:
        note_left_out(into, left_out)
    guests.delete()
