"""Finding sellers."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import get_user_model

from user_svc.sellers import errors
from user_svc.sellers.models import Seller


def seller_seen_by(*, seller_id: UUID, viewer_id: UUID | None, is_staff: bool) -> Seller:
    """A seller. Raises SellerNotFound, also for one whom the viewer may not see."""
    seller = Seller.objects.filter(user_id=seller_id).first()
    if seller is None or not seller.is_seen_by(viewer_id=viewer_id, is_staff=is_staff):
        raise errors.SellerNotFound(seller_id=seller_id)
    return seller


def own_seller(*, user_id: UUID) -> Seller:
    """A person's own shop. Raises SellerNotFound if they have none."""
    return seller_seen_by(seller_id=user_id, viewer_id=user_id, is_staff=False)


def locked_seller(*, seller_id: UUID) -> Seller:
    """The seller, locked until the transaction ends. Raises SellerNotFound."""
    sellers = Seller.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    seller = sellers.filter(user_id=seller_id).first()
    if seller is None:
        raise errors.SellerNotFound(seller_id=seller_id)
    return seller


def locked_seller_and_account(*, seller_id: UUID) -> Seller:
    """The same with their account, locked first, in the order of ``disable_account``. Raises SellerNotFound."""
    get_user_model().objects.select_for_update(no_key=True).filter(pk=seller_id).first()
    return locked_seller(seller_id=seller_id)
