"""Letting products follow their seller: withheld while the seller may not sell, and found by the seller's name.

Lists are right as soon as the seller's row says so, for they leave out who may not sell; what is done here is that the
others are told, and that lists need not leave out anything for long. A seller may have very many products, so it is
done by a few hundred at a time, each in a transaction of its own, and can end and go on anywhere.

Whoever locks a seller and products locks the seller first.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F, Prefetch, QuerySet, prefetch_related_objects

from common.events.outbox import publish
from product_svc.answers import services as answers
from product_svc.catalog import events
from product_svc.catalog.models import Product, SellerProfile, Status, Variant
from product_svc.catalog.services.keywords import name_anew

AT_ONCE = 200
_BATCHES_A_RUN = 20
_FROM_THE_FIRST = UUID(int=0)

# What is told of a product, and nothing that is long.
_TOLD = ("seller_id", "category_id", "slug", "title", "status", "version", "price_minor", "currency")


def follow_sellers() -> None:
    """Go on with the products that have yet to follow, some thousand at most."""
    for _ in range(_BATCHES_A_RUN):
        if not _follow_next():
            return


def begin_to_follow(seller: SellerProfile) -> None:
    """Let the first products of a seller follow, whom the caller has locked; of the others forget what was kept."""
    seller.followed_up_to = _FROM_THE_FIRST
    _follow(seller)
    if seller.followed_up_to:
        publish(*answers.forget_products(_behind(seller).values_list("id", flat=True).iterator()))


@transaction.atomic
def _follow_next() -> bool:
    """Whoever's products are the furthest behind, but for those that another worker is at; False if there is nobody."""
    behind = SellerProfile.objects.filter(followed_up_to__isnull=False).order_by("followed_up_to")
    seller = behind.select_for_update(no_key=True, skip_locked=True).first()
    if seller is None:
        return False
    _follow(seller)
    return True


def _follow(seller: SellerProfile) -> None:
    """The next products of a seller, who is locked."""
    products = list(_behind(seller).select_for_update(no_key=True)[:AT_ONCE])
    product_ids = [product.id for product in products]
    stay_shown = seller.is_approved and any(product.status == Status.PUBLISHED for product in products)
    _move(products, is_approved=seller.is_approved)
    name_anew(Product.objects.filter(id__in=product_ids))
    to_tell = answers.forget_products(product_ids)
    if stay_shown:  # under another name; what was moved is told of already
        publish(*to_tell)
    seller.followed_up_to = product_ids[-1] if len(products) == AT_ONCE else None
    seller.save(update_fields=["followed_up_to"])


def _behind(seller: SellerProfile) -> QuerySet[Product]:
    return Product.objects.filter(seller=seller, id__gt=seller.followed_up_to).order_by("id").only(*_TOLD)


def _move(products: list[Product], *, is_approved: bool) -> None:
    """Withhold what is published, or publish what is withheld, and tell it."""
    before, after = (Status.WITHHELD, Status.PUBLISHED) if is_approved else (Status.PUBLISHED, Status.WITHHELD)
    moved = [product for product in products if product.status == before]
    Product.objects.filter(id__in=[product.id for product in moved]).update(status=after, version=F("version") + 1)
    for product in moved:
        product.status = after
        product.version += 1
    prefetch_related_objects(moved, Prefetch("variants", Variant.objects.filter(is_retired=False)))
    publish(*(events.product_changed(product, product.variants.all()) for product in moved))
