"""What changes the offers."""

from common import clock
from common.contracts import ProductChanged, StockChanged
from common.events.subscriptions import subscribe
from order_svc.offers import services
from order_svc.orders import services as orders


@subscribe(ProductChanged)
def keep_offers_when_product_changed(fact: ProductChanged) -> None:
    """A price, a title or a status may be another."""
    services.keep_offers(product=fact)


@subscribe(StockChanged)
def keep_stock_when_stock_changed(fact: StockChanged) -> None:
    """There may be fewer than somebody has in the cart."""
    services.keep_stock(stock=fact)
    # A service has one handler a fact, so the order that changed it hears of it here.
    if fact.order_id:
        orders.note_stock_movement(order_id=fact.order_id, sku=fact.sku, delta=fact.delta, now=clock.now())
