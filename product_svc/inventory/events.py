"""Stock as facts."""

from uuid import UUID

from common.contracts import Shortage, StockChanged, StockLow, StockRejected, StockReserved
from product_svc.inventory.models import StockItem

# An order's stock is told of once, so its fact is the first and only version.
_ONLY_VERSION = 1


def stock_reserved(order_id: UUID) -> StockReserved:
    """All lines of an order are put aside."""
    return StockReserved(version=_ONLY_VERSION, order_id=str(order_id))


def stock_rejected(order_id: UUID, shortages: tuple[Shortage, ...]) -> StockRejected:
    """An order wants more than there is."""
    return StockRejected(version=_ONLY_VERSION, order_id=str(order_id), shortages=shortages)


def stock_changed(item: StockItem, *, order_id: UUID | None = None, delta: int = 0) -> StockChanged:
    """There is more or less of a SKU than before; by how many, where an order is the reason."""
    return StockChanged(
        version=item.version,
        sku=item.sku,
        product_id=str(item.product_id),
        on_hand=item.on_hand,
        available=item.available,
        delta=delta,
        order_id=str(order_id or ""),
    )


def stock_low(item: StockItem) -> StockLow:
    """Its seller should see to it. The item is one that was read to be changed, with what is told of its product."""
    return StockLow(
        version=item.version,
        sku=item.sku,
        product_id=str(item.product_id),
        product_title=item.product_title,
        product_slug=item.product_slug,
        seller_id=str(item.seller_id),
        on_hand=item.on_hand,
        low_at=item.low_at,
    )
