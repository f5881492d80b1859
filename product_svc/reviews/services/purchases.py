"""Remembering who bought what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from product_svc.catalog import selectors as catalog
from product_svc.reviews.models import Purchase


def remember_purchase(*, customer_id: UUID, order_id: UUID, skus: Iterable[str], now: datetime) -> None:
    """Let somebody review what an order of theirs had, however often we are told of it."""
    Purchase.objects.bulk_create(
        (
            Purchase(customer_id=customer_id, product_id=product_id, order_id=order_id, bought_at=now)
            for product_id in catalog.product_ids_of(skus=skus)
        ),
        ignore_conflicts=True,
    )
