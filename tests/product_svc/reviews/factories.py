"""Buyers and their reviews."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from product_svc.catalog.models import Product
from product_svc.reviews import services
from product_svc.reviews.models import Review
from tests.product_svc.factories import NOON, Somebody

SAYS = {"rating": 4, "title": "Loud, and good", "body": "It grinds."}


def buyer_of(sku: str = "MUG", *, user_id: UUID | None = None, name: str = "Ada Lovelace") -> Somebody:
    """A buyer whose order of a SKU was confirmed."""
    somebody = Somebody(user_id or uuid.uuid4(), name)
    services.remember_purchase(customer_id=somebody.id, order_id=uuid.uuid4(), skus=[sku], now=NOON)
    return somebody


def review(product: Product, *, author: Somebody | None = None, **says: Any) -> Review:
    """A review, by default of a buyer of the mug."""
    return services.post_review(author=author or buyer_of(), key=str(product.id), **{**SAYS, **says}, now=NOON)
