"""Reading stock."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, OuterRef, Subquery
from django.db.models.query import RawQuerySet

from common.errors import NotFound
from product_svc.inventory.models import StockItem

# What is told of an item's product when its stock moves, read with the item, by the item's names for it.
_OF_ITS_PRODUCT = {
    "product_slug": F("product__slug"),
    "product_title": F("product__title"),
    "seller_id": F("product__seller"),
}

# The same written out, since each order leads here twice, and composing it took longer than it takes.
_STOCK = """
    SELECT item.*, product.slug AS product_slug, product.title AS product_title, product.seller_id {more}
    FROM inventory_stockitem AS item JOIN catalog_product AS product ON product.id = item.product_id {rest}
    ORDER BY item.sku FOR UPDATE OF item
"""
_LOCK_STOCK = _STOCK.format(more="", rest="WHERE item.sku = ANY(%s)")
_LOCK_PUT_ASIDE = _STOCK.format(
    more=", reservation.quantity AS put_aside",
    rest="JOIN inventory_reservation AS reservation ON reservation.item_id = item.id WHERE reservation.order_id = %s",
)


def stock_item_of(*, owner_id: UUID | None, sku: str, for_update: bool = False) -> StockItem:
    """The stock of a SKU that this seller sells; of any for ``owner_id=None``, who is staff. Raises NotFound."""
    items = StockItem.objects.all()
    if for_update:
        items = items.select_for_update(of=("self",)).annotate(**_OF_ITS_PRODUCT)
    if owner_id is not None:
        items = items.filter(product__seller_id=owner_id)
    try:
        return items.get(sku=sku)
    except StockItem.DoesNotExist:
        raise NotFound from None


def stock_to_change(*, skus: Iterable[str]) -> RawQuerySet[StockItem]:
    """The stock of these SKUs, locked in their order."""
    return StockItem.objects.raw(_LOCK_STOCK, [list(skus)])


def stock_put_aside(*, order_id: UUID) -> RawQuerySet[StockItem]:
    """The stock of which some was put aside for an order, with how much (``put_aside``), locked in the same order."""
    return StockItem.objects.raw(_LOCK_PUT_ASIDE, [order_id])


def available(*, sku: OuterRef) -> Subquery:
    """For a query of another app: how many of its row's SKU can be ordered."""
    return Subquery(StockItem.objects.filter(sku=sku).values(number=F("on_hand") - F("reserved")))


def products_in_stock(product_ids: Iterable[UUID]) -> set[UUID]:
    """Those of which anything can be ordered."""
    left = StockItem.objects.filter(product__in=product_ids, on_hand__gt=F("reserved"), variant__is_retired=False)
    return set(left.values_list("product_id", flat=True))
