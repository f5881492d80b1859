"""Telling the others of a product."""

from __future__ import annotations

from uuid import UUID

from common.events.outbox import publish
from product_svc.answers import services as answers
from product_svc.catalog import events
from product_svc.catalog.models import Product


def tell(product: Product, *, left: UUID | None = None) -> None:
    """Tell what a product is now like, in the version that it has, and show nobody any more what it was like.

    ``left`` is the category in which it stood before, if that is another one.
    """
    publish(events.product_changed(product, product.variants.filter(is_retired=False), left=left))
    answers.forget_told_product(product.id, left=left)
