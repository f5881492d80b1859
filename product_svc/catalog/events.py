"""Products as facts."""

from collections.abc import Iterable
from uuid import UUID

from common.contracts import ProductChanged, ProductVariant
from product_svc.catalog.models import Product, Variant


def product_changed(product: Product, variants: Iterable[Variant], *, left: UUID | None = None) -> ProductChanged:
    """A product as it is now, with the variants that it is offered in, and the category that it has left."""
    categories = {str(category_id) for category_id in (product.category_id, left) if category_id}
    return ProductChanged(
        version=product.version,
        product_id=str(product.id),
        seller_id=str(product.seller_id),
        slug=product.slug,
        title=product.title,
        status=product.status,
        variants=tuple(_told(variant) for variant in variants),
        categories=tuple(sorted(categories)),
    )


def _told(variant: Variant) -> ProductVariant:
    price = variant.price
    return ProductVariant(sku=variant.sku, title=variant.title, price_minor=price.minor, currency=price.currency)
