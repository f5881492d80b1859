"""What a product can be bought as."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from product_svc.catalog import errors, rules
from product_svc.catalog.models import Product, Variant
from product_svc.catalog.rules import VariantDraft
from product_svc.inventory import services as inventory


def replace_variants(product: Product, drafts: Sequence[VariantDraft], *, now: datetime) -> None:
    """Offer a product, which the caller has locked, in exactly these variants.

    A SKU that it has or had is changed and keeps its stock, a new one begins with the draft's, others are retired.
    Raises InvalidInput and SkuTaken.
    """
    rules.require_distinct_variants(drafts)
    rules.require_prices(product.price, [draft.price for draft in drafts])
    skus = [draft.sku for draft in drafts]
    known = {variant.sku: variant for variant in product.variants.all()}
    wanted = [_shaped(known, product, draft, position) for position, draft in enumerate(drafts)]
    product.variants.exclude(sku__in=skus).update(is_retired=True)
    Variant.objects.bulk_update(
        [variant for variant in wanted if variant.sku in known],
        ["title", "price_minor", "attributes", "position", "is_retired"],
    )
    new = _insert(product, [variant for variant in wanted if variant.sku not in known], skus=skus)
    inventory.receive_first_stock(
        product_id=product.id,
        skus={variant.id: variant.sku for variant in new},
        quantities={draft.sku: draft.stock for draft in drafts},
        now=now,
    )
    # The caller tells of the product, and so of what is shown of it.
    inventory.keep_availability([product.id])


def _shaped(known: dict[str, Variant], product: Product, draft: VariantDraft, position: int) -> Variant:
    variant = known.get(draft.sku) or Variant(product=product, sku=draft.sku)
    variant.title = draft.title or rules.label_of(draft.attributes)
    variant.price_minor = draft.price.minor if draft.price else None
    variant.attributes = dict(draft.attributes)
    variant.position = position
    variant.is_retired = False
    return variant


def _insert(product: Product, variants: Sequence[Variant], *, skus: Sequence[str]) -> list[Variant]:
    _require_free(product, skus)
    try:
        with transaction.atomic():
            # By SKU, so that two products that want the same ones at the same time wait in line, not for each other.
            return Variant.objects.bulk_create(sorted(variants, key=lambda variant: variant.sku))
    except IntegrityError as error:
        # Somebody took one in between, and can be seen by now.
        _require_free(product, skus)
        raise errors.SkuTaken from error


def _require_free(product: Product, skus: Sequence[str]) -> None:
    others = Variant.objects.filter(sku__in=skus).exclude(product=product)
    taken = set(others.values_list("sku", flat=True))
    if taken:
        raise errors.SkuTaken(
            errors={f"variants.{index}.sku": [f"{sku} is taken."] for index, sku in enumerate(skus) if sku in taken}
        )
