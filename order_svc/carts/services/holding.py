"""Whose cart it is, and the lock on it.

A guest's token is the id of a cart with our signature. So giving one out stores nothing, nobody can forge one, and
reading the database does not reveal any. A token that is not ours counts as none. So does one that was merged into a
customer's cart: otherwise anybody with a copy could go on putting things into that cart.
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
    """The holder of a cart. A guest without a valid token gets a new cart, which is not stored while it is empty."""
    guest_cart_id = _read(token)
    if customer_id is None and (guest_cart_id is None or selectors.is_spent(guest_cart_id=guest_cart_id)):
        guest_cart_id = uuid4()
    return rules.Holder(customer_id, guest_cart_id)


def token_of(holder: rules.Holder) -> str:
    """The token for a guest to send next time; empty for a customer."""
    return _signer.sign(holder.guest_cart_id.hex) if holder.is_guest and holder.guest_cart_id else ""


def locked_cart(holder: rules.Holder, *, must_hold_all: bool = False) -> Cart:
    """The holder's cart, locked for the current transaction; created if need be, and merged with their guest cart.

    Lock order: a customer's cart before a guest's, so that there is no deadlock. If there is no room for all of the
    guest cart, raises CartsDoNotFit with ``must_hold_all``, and otherwise notes in the cart what was left out.
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
    """Create or lock, in one statement: it waits for a cart that is being ordered, and then creates a new one."""
    Cart.objects.bulk_create(
        [Cart(**known_by)], update_conflicts=True, unique_fields=list(known_by), update_fields=["updated_at"]
    )
    return Cart.objects.get(**known_by)


def _take_over(guest_cart_id: UUID, *, into: Cart, must_hold_all: bool) -> None:
    """Move the items of a guest's cart, once: from then on its token is spent, even if the cart was empty."""
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
