"""Reading stock."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery

from common.errors import NotFound
from product_svc.inventory.models import StockItem


def stock_item_of(*, owner_id: UUID | None, sku: str, for_update: bool = False) -> StockItem:
    """The stock of a SKU that this seller sells; of any for ``owner_id=None``, who is staff. Raises NotFound."""
    items = _to_change() if for_update else StockItem.objects.all()
    if owner_id is not None:
        items = items.filter(product__seller_id=owner_id)
    try:
        return items.get(sku=sku)
    except StockItem.DoesNotExist:
        raise NotFound from None


def stock_to_change(*, skus: Iterable[str]) -> QuerySet[StockItem]:
    """The stock of these SKUs, locked in their order."""
    return _to_change().filter(sku__in=skus).order_by("sku")


def available(*, sku: OuterRef) -> Subquery:
    """For a query of another app: how many of its row's SKU can be ordered."""
    return Subquery(StockItem.objects.filter(sku=sku).values(number=F("on_hand") - F("reserved")))


def products_in_stock(product_ids: Iterable[UUID]) -> set[UUID]:
    """Those of which anything can be ordered."""
    left = StockItem.objects.filter(product__in=product_ids, on_hand__gt=F("reserved"), variant__is_retired=False)
    return set(left.values_list("product_id", flat=True))


def of_its_product(path: str = "product") -> dict[str, F]:
    """What is told of an item's product when its stock moves, to be read with the item, by the item's names for it."""
    return {"product_slug": F(f"{path}__slug"), "product_title": F(f"{path}__title"), "seller_id": F(f"{path}__seller")}


def _to_change() -> QuerySet[StockItem]:
    return StockItem.objects.select_for_update(of=("self",)).annotate(**of_its_product())
