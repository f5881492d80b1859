"""Putting something up for sale, changing it, taking it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from common.errors import InvalidInput
from common.money import Money
from common.person import Person
from product_svc.catalog import rules, selectors
from product_svc.catalog.models import Product, Status
from product_svc.catalog.rules import ImageDraft, VariantDraft
from product_svc.catalog.services.categories import shelf_for
from product_svc.catalog.services.images import replace_images, verdicts_on
from product_svc.catalog.services.keywords import keywords_of
from product_svc.catalog.services.sellers import held_seller, require_approved, seller_for
from product_svc.catalog.services.telling import tell
from product_svc.catalog.services.variants import replace_variants
from product_svc.catalog.services.vocabulary import learn_words


@transaction.atomic
def create_product(
    *,
    author: Person,
    title: str,
    price: Money,
    now: datetime,
    description: str = "",
    category: str | None = None,
    attributes: Mapping[str, str] | None = None,
    images: Sequence[ImageDraft] = (),
    variants: Sequence[VariantDraft] = (),
    status: str = Status.DRAFT,
    seller: UUID | None = None,
) -> Product:
    """Put a product up for sale, in one variant with a SKU of our own when none is given.

    Raises Forbidden, InvalidInput, SellerNotApproved and SkuTaken.
    """
    rules.require_prices(price, ())
    verdicts = verdicts_on(images, now=now)
    sold_by = seller_for(author, seller_id=seller)
    if status == Status.PUBLISHED:
        require_approved(sold_by)
    product = Product(
        seller=sold_by,
        title=title,
        description=rules.clean_description(description),
        category=shelf_for(category),
        price_minor=price.minor,
        currency=price.currency,
        attributes=dict(attributes or {}),
        status=status,
        is_in_stock=any(draft.stock for draft in variants),
    )
    product.keywords = keywords_of(product)
    _insert_under_free_slug(product)
    replace_images(product, images, verdicts, editor=author, now=now)
    replace_variants(product, variants or [VariantDraft(sku=rules.sku_for(product.id))], now=now)
    learn_words(product.id)
    tell(product)
    return product


@transaction.atomic
def change_product(*, editor: Person, key: str, changes: Mapping[str, Any], now: datetime) -> Product:
    """Replace some of a product's fields; ``changes`` has the names and values that ``create_product`` takes.

    Raises NotFound, Forbidden, InvalidInput, SellerNotApproved and SkuTaken.
    """
    verdicts = verdicts_on(changes.get("images", ()), now=now)
    if changes.get("status") == Status.PUBLISHED:
        held_seller(selectors.product_row(editor, key=key).seller_id)
    product = selectors.product_to_change(editor, key=key)
    if not changes:
        return product
    left = product.category_id
    _set_fields(product, changes)
    if "images" in changes:
        replace_images(product, changes["images"], verdicts, editor=editor, now=now)
    if "variants" in changes:
        replace_variants(product, changes["variants"], now=now)
    product.version += 1
    product.save()
    learn_words(product.id)
    tell(product, left=left)
    return product


@transaction.atomic
def archive_product(*, editor: Person, key: str) -> None:
    """Take a product out of the shop; orders keep what they know of it. Raises NotFound and Forbidden."""
    product = selectors.product_to_change(editor, key=key)
    if product.status == Status.ARCHIVED:
        return
    product.status = Status.ARCHIVED
    product.version += 1
    product.save(update_fields=["status", "version", "updated_at"])
    tell(product)


def _set_fields(product: Product, changes: Mapping[str, Any]) -> None:
    for name in ("title", "attributes"):
        if name in changes:
            setattr(product, name, changes[name])
    if "status" in changes:
        _set_status(product, changes["status"])
    if "description" in changes:
        product.description = rules.clean_description(changes["description"])
    if "category" in changes:
        product.category = shelf_for(changes["category"])
        product.keywords = keywords_of(product)
    if "price" in changes:
        _set_price(product, changes["price"], keeps_variants="variants" not in changes)


def _set_status(product: Product, status: str) -> None:
    if status == product.chosen_status:
        return
    if status == Status.PUBLISHED:
        require_approved(product.seller)
    product.status = status


def _set_price(product: Product, price: Money, *, keeps_variants: bool) -> None:
    rules.require_prices(price, ())
    if price.currency != product.currency and keeps_variants and _has_own_prices(product):
        raise InvalidInput(
            errors={"price": [f"Its variants have prices in {product.currency}: give them anew as well."]}
        )
    product.price_minor, product.currency = price.minor, price.currency


def _has_own_prices(product: Product) -> bool:
    return product.variants.filter(is_retired=False, price_minor__isnull=False).exists()


def _insert_under_free_slug(product: Product) -> None:
    """The database decides who was first; whoever comes second takes the next name."""
    for slug in rules.slugs_for(product.title, product.id):
        product.slug = slug
        try:
            with transaction.atomic():
                product.save(force_insert=True)
        except IntegrityError:
            continue
        return
    raise RuntimeError(f"no slug is free for {product.id}, not even one made of its id")
