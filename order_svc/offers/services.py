"""Keeping the copy of what can be bought."""

from __future__ import annotations

from django.db import connection, transaction

from common.contracts import ProductChanged, ProductVariant, StockChanged
from order_svc.offers.models import Offer, OfferedProduct

PUBLISHED = "published"

# One statement, since each line of each order leads here.
_KEEP_STOCK = """
    INSERT INTO offers_offeredstock AS kept (sku, available, version) VALUES (%s, %s, %s)
    ON CONFLICT (sku) DO UPDATE SET available = excluded.available, version = excluded.version
    WHERE kept.version < excluded.version
"""


@transaction.atomic
def keep_offers(*, product: ProductChanged) -> None:
    """Replace a product's offers, unless a newer version of it has been seen."""
    if not _is_news(product):
        return
    offers = [_offer(product, variant) for variant in product.variants]
    Offer.objects.bulk_create(
        offers,
        update_conflicts=True,
        unique_fields=["sku"],
        update_fields=["product_id", "seller_id", "title", "price_minor", "currency", "is_available"],
    )
    gone = Offer.objects.filter(product_id=product.product_id).exclude(sku__in=[offer.sku for offer in offers])
    gone.update(is_available=False)


def keep_stock(*, stock: StockChanged) -> None:
    """Note how many there are, unless something newer was heard."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_STOCK, [stock.sku, stock.available, stock.version])


def _is_news(product: ProductChanged) -> bool:
    """Note the version if it is the highest so far; the row stays locked until the offers are kept as well."""
    OfferedProduct.objects.bulk_create([OfferedProduct(product_id=product.product_id)], ignore_conflicts=True)
    older = OfferedProduct.objects.filter(product_id=product.product_id, version__lt=product.version)
    return older.update(version=product.version) == 1


def _offer(product: ProductChanged, variant: ProductVariant) -> Offer:
    return Offer(
        sku=variant.sku,
        product_id=product.product_id,
        seller_id=product.seller_id,
        title=f"{product.title} – {variant.title}" if variant.title else product.title,
        price_minor=variant.price_minor,
        currency=variant.currency,
        is_available=product.status == PUBLISHED,
    )
