"""Counting what comes in, and what is found to be missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from common.events.outbox import publish
from product_svc.inventory import events, rules, selectors
from product_svc.inventory.models import Kind, StockItem, StockMovement
from product_svc.inventory.services.availability import follow_stock


@transaction.atomic
def receive_first_stock(
    *, product_id: UUID, skus: Mapping[UUID, str], quantities: Mapping[str, int], now: datetime
) -> None:
    """Begin to count the SKUs of new variants (``skus`` is by the variant's id)."""
    items = [
        StockItem(product_id=product_id, variant_id=variant_id, sku=sku, on_hand=quantities.get(sku, 0))
        for variant_id, sku in skus.items()
    ]
    StockItem.objects.bulk_create(items)
    filled = [item for item in items if item.on_hand]
    StockMovement.objects.bulk_create(
        StockMovement(item=item, delta=item.on_hand, kind=Kind.RECEIVED, reason="first stock", created_at=now)
        for item in filled
    )
    publish(*(events.stock_changed(item) for item in items))


@transaction.atomic
def adjust_stock(*, owner_id: UUID | None, sku: str, delta: int, reason: str, now: datetime) -> StockItem:
    """Correct the count of a SKU, as its seller or (``owner_id=None``) as staff.

    Raises NotFound, and InsufficientStock when what is put aside for orders would not be there any more.
    """
    item = selectors.stock_item_of(owner_id=owner_id, sku=sku, for_update=True)
    rules.require_cover(on_hand=item.on_hand, reserved=item.reserved, delta=delta)
    item.move(delta)
    item.save(update_fields=["on_hand", "version", "updated_at"])
    to_tell = follow_stock([item])
    StockMovement.objects.create(item=item, delta=delta, kind=Kind.ADJUSTED, reason=reason, created_at=now)
    publish(*to_tell, events.stock_changed(item), *([events.stock_low(item)] if item.has_run_low else []))
    return item


@transaction.atomic
def warn_from(*, owner_id: UUID | None, sku: str, low_at: int) -> StockItem:
    """From how many on the seller of a SKU wants to be warned; said by them or (``owner_id=None``) by staff.

    Raises NotFound. Who raises the mark above what there is sees that at once, and is not written to.
    """
    item = selectors.stock_item_of(owner_id=owner_id, sku=sku, for_update=True)
    item.low_at = low_at
    item.save(update_fields=["low_at", "updated_at"])
    return item
