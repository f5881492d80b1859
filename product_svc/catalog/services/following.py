"""Products follow their seller: they are withheld while the seller may not sell, and found by the seller's name.

Lists are right as soon as the seller's row is changed, because they leave out sellers who may not sell. What is done
here updates the products, so that other services are told and lists need that condition only for a while. A seller may
have very many products, so it is done in batches, each in a transaction of its own; it can stop anywhere and be
continued.

Lock order: the seller first, then products.
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

# The fields that facts of a product contain, without the long texts.
_TOLD = ("seller_id", "category_id", "slug", "title", "status", "version", "price_minor", "currency")


def follow_sellers() -> None:
    """Update products that do not follow their seller yet, a few thousand at most."""
    for _ in range(_BATCHES_A_RUN):
        if not _follow_next():
            return


def begin_to_follow(seller: SellerProfile) -> None:
    """Update the first products of a seller, whom the caller has locked; of the others, drop cached answers."""
    seller.followed_up_to = _FROM_THE_FIRST
    _follow(seller)
    if seller.followed_up_to:
        publish(*answers.forget_products(_behind(seller).values_list("id", flat=True).iterator()))


@transaction.atomic
def _follow_next() -> bool:
    """One batch of the seller that is the furthest behind and not locked by another worker. False if there is none."""
    behind = SellerProfile.objects.filter(followed_up_to__isnull=False).order_by("followed_up_to")
    seller = behind.select_for_update(no_key=True, skip_locked=True).first()
    if seller is None:
        return False
    _follow(seller)
    return True


def _follow(seller: SellerProfile) -> None:
    """One batch of a seller, whom the caller has locked."""
    products = list(_behind(seller).select_for_update(no_key=True)[:AT_ONCE])
    product_ids = [product.id for product in products]
    stay_shown = seller.is_approved and any(product.status == Status.PUBLISHED for product in products)
    _move(products, is_approved=seller.is_approved)
    name_anew(Product.objects.filter(id__in=product_ids))
    to_tell = answers.forget_products(product_ids)
    if stay_shown:  # with another seller's name; products whose status changed were told of already
        publish(*to_tell)
    seller.followed_up_to = product_ids[-1] if len(products) == AT_ONCE else None
    seller.save(update_fields=["followed_up_to"])


def _behind(seller: SellerProfile) -> QuerySet[Product]:
    return Product.objects.filter(seller=seller, id__gt=seller.followed_up_to).order_by("id").only(*_TOLD)


def _move(products: list[Product], *, is_approved: bool) -> None:
    """Withhold published products, or publish withheld ones, and tell of it."""
    before, after = (Status.WITHHELD, Status.PUBLISHED) if is_approved else (Status.PUBLISHED, Status.WITHHELD)
    moved = [product for product in products if product.status == before]
    Product.objects.filter(id__in=[product.id for product in moved]).update(status=after, version=F("version") + 1)
    for product in moved:
        product.status = after
        product.version += 1
    prefetch_related_objects(moved, Prefetch("variants", Variant.objects.filter(is_retired=False)))
    publish(*(events.product_changed(product, product.variants.all()) for product in moved))
