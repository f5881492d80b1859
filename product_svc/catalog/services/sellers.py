"""Knowing who sells."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from common.errors import Forbidden, InvalidInput
from common.person import Person
from product_svc.answers import services as answers
from product_svc.catalog import rules
from product_svc.catalog.models import Product, SellerProfile
from product_svc.catalog.services.keywords import name_anew


@transaction.atomic
def keep_seller(*, seller_id: UUID, name: str, version: int) -> None:
    """Replace what we know of a seller, unless something newer is known."""
    _seller(seller_id, name)
    seller = SellerProfile.objects.select_for_update(no_key=True).get(id=seller_id)
    if seller.version >= version:
        return
    is_renamed = seller.name != name
    seller.name, seller.version = name, version
    seller.save()
    if is_renamed:
        _show_anew(seller)


def seller_for(author: Person, *, seller_id: UUID | None) -> SellerProfile:
    """Whose product it is to be: the seller's own, or for staff anybody's they name, and else the house's.

    Raises Forbidden when a seller names another, InvalidInput when staff name nobody we know.
    """
    if author.is_staff:
        return _named(seller_id or rules.HOUSE_SELLER_ID)
    if author.id is None or seller_id not in {None, author.id}:
        raise Forbidden
    return _seller(author.id, author.name)


def _show_anew(seller: SellerProfile) -> None:
    """The seller's products say who sells them, and are found by that."""
    products = Product.objects.filter(seller=seller)
    name_anew(products)
    answers.forget_products(products.values_list("id", flat=True).iterator())


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
