"""What can be done with a wishlist."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from user_svc.accounts import selectors as accounts
from user_svc.wishlists import errors, rules, selectors
from user_svc.wishlists.models import WishlistItem


@transaction.atomic
def wish_for(*, user_id: UUID, product_id: UUID) -> tuple[WishlistItem, bool]:
    """Put a product on a person's wishlist; the bool is False if it was there already. Raises WishlistFull."""
    accounts.locked_user(user_id=user_id)  # so that nothing comes between the count and the insert
    wished = selectors.wishlist_of(user_id=user_id)
    item = wished.filter(product_id=product_id).first()
    if item is not None:
        return item, False
    if wished.count() >= rules.MAX_ITEMS:
        raise errors.WishlistFull
    return WishlistItem.objects.create(user_id=user_id, product_id=product_id), True


def forget_wish(*, user_id: UUID, product_id: UUID) -> None:
    """Take a product off a person's wishlist, if it is there."""
    selectors.wishlist_of(user_id=user_id).filter(product_id=product_id).delete()
