"""Telling the others of a product."""

from common.events.outbox import publish
from product_svc.catalog import events
from product_svc.catalog.models import Product


def tell(product: Product) -> None:
    """Tell what a product is now like, in the version that it has."""
    publish(events.product_changed(product, product.variants.filter(is_retired=False)))
