"""What moves an order on."""

from common import clock
from common.contracts import StockRejected, StockReserved
from common.events.fact_task import TryAgainLater
from common.events.subscriptions import subscribe
from order_svc.orders import services
from order_svc.payments.services import ProviderUnavailable


@subscribe(StockReserved, outside=True)
def pay_when_stock_reserved(fact: StockReserved) -> None:
    """The provider is asked outside any transaction; a crash leads back here, or to the sweeper."""
    try:
        services.pay_order(order_id=fact.order_id, now=clock.now())
    except ProviderUnavailable as error:
        raise TryAgainLater(str(error)) from error


@subscribe(StockRejected)
def cancel_when_stock_rejected(fact: StockRejected) -> None:
    """All or nothing: an order that lacks one line is cancelled whole."""
    services.reject_order(order_id=fact.order_id, shortages=fact.shortages, now=clock.now())
