"""What an order's facts mean for the stock."""

from uuid import UUID

from common import clock
from common.contracts import OrderCancelled, OrderConfirmed, OrderPlaced
from common.events.subscriptions import subscribe
from product_svc.inventory import services
from product_svc.reviews import services as reviews


@subscribe(OrderPlaced)
def reserve_stock_when_order_placed(fact: OrderPlaced) -> None:
    """All of it, or none."""
    services.reserve_stock(order_id=UUID(fact.order_id), lines=fact.lines, now=clock.now())


@subscribe(OrderConfirmed)
def sell_reserved_stock_when_order_confirmed(fact: OrderConfirmed) -> None:
    """Deducts the reserved stock, and remembers the buyer, who may now review what they bought."""
    order_id, now = UUID(fact.order_id), clock.now()
    services.sell_stock(order_id=order_id, now=now)
    # A service has one handler for each fact, so the reviews are told from here.
    skus = [line.sku for line in fact.lines]
    reviews.remember_purchase(customer_id=UUID(fact.customer_id), order_id=order_id, skus=skus, now=now)


@subscribe(OrderCancelled)
def release_stock_when_order_cancelled(fact: OrderCancelled) -> None:
    """Others can buy it."""
    services.release_stock(order_id=UUID(fact.order_id), now=clock.now())
