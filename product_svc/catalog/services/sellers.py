"""Knowing who sells."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from common.contracts import SellerChanged
from common.errors import Forbidden, InvalidInput
from common.person import Person
from product_svc.catalog import errors, rules
from product_svc.catalog.models import SellerProfile
from product_svc.catalog.services.following import begin_to_follow


@transaction.atomic
def keep_seller(*, seller_id: UUID, name: str, version: int) -> None:
    """Call a seller like their account until something is told of their shop, unless something newer is known."""
    seller = _locked(seller_id, name)
    if seller.shop_version or seller.version >= version:
        return
    seller.version = version
    _keep(seller, name=name, status=seller.status)


@transaction.atomic
def keep_shop(*, shop: SellerChanged) -> None:
    """Replace what we know of a seller, unless something newer is known; their products follow."""
    seller = _locked(UUID(shop.seller_id), shop.seller_name)
    if seller.shop_version >= shop.version:
        return
    seller.shop_version = shop.version
    _keep(seller, name=shop.seller_name, status=shop.status)


def seller_for(author: Person, *, seller_id: UUID | None) -> SellerProfile:
    """Whose product it is to be: the seller's own, or for staff anybody's they name, and else the house's.

    Nothing changes about the seller before the transaction ends.

    Raises Forbidden when a seller names another, InvalidInput when staff name nobody we know.
    """
    if author.is_staff:
        return held_seller(_named(seller_id or rules.HOUSE_SELLER_ID).id)
    if author.id is None or seller_id not in {None, author.id}:
        raise Forbidden
    return held_seller(_seller(author.id, author.name).id)


def held_seller(seller_id: UUID) -> SellerProfile:
    """A seller about whom nothing changes before the transaction ends; many may hold one at the same time."""
    return SellerProfile.objects.raw("SELECT * FROM catalog_sellerprofile WHERE id = %s FOR SHARE", [seller_id])[0]


def require_approved(seller: SellerProfile) -> None:
    """What somebody wants to publish has to be sold by somebody who may sell. Raises SellerNotApproved."""
    if not seller.is_approved:
        raise errors.SellerNotApproved(seller_id=seller.id)


def _keep(seller: SellerProfile, *, name: str, status: str) -> None:
    is_news = (seller.name, seller.status) != (name, status)
    seller.name, seller.status = name, status
    seller.save()
    if is_news:
        begin_to_follow(seller)


def _locked(seller_id: UUID, name: str) -> SellerProfile:
    """Wait for those who are publishing in a seller's name, and let nobody begin to."""
    _seller(seller_id, name)
    return SellerProfile.objects.select_for_update(no_key=True).get(id=seller_id)


def _named(seller_id: UUID) -> SellerProfile:
    if seller_id == rules.HOUSE_SELLER_ID:
        return _seller(seller_id, rules.HOUSE_SELLER_NAME)
    seller = SellerProfile.objects.filter(id=seller_id).first()
    if seller is None:
        raise InvalidInput(errors={"seller": ["There is no such seller."]})
    return seller


def _seller(seller_id: UUID, name: str) -> SellerProfile:
    """A seller may come with a first product before user_svc's fact does."""
    return SellerProfile.objects.get_or_create(id=seller_id, defaults={"name": name[: rules.MAX_SELLER_NAME]})[0]
