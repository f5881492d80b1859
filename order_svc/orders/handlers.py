"""The facts that move an order on."""

from collections.abc import Iterator
from contextlib import contextmanager

from common import clock
from common.contracts import PaymentReported, PeopleTold, RefundRequested, StockRejected, StockReserved
from common.events.subscriptions import LeftToSweeper, subscribe
from order_svc.orders import services
from order_svc.payments.services import ProviderUnavailable


@subscribe(StockReserved, outside=True)
def pay_when_stock_reserved(fact: StockReserved) -> None:
    """Asks the provider outside any transaction. After a crash the fact is delivered again, or a sweeper asks."""
    with _patience():
        services.pay_order(order_id=fact.order_id, now=clock.now())


@subscribe(RefundRequested, outside=True)
def refund_when_refund_requested(fact: RefundRequested) -> None:
    """Asks for the refund at once; a sweeper repeats it if that fails."""
    with _patience():
        services.refund_order(order_id=fact.order_id, now=clock.now())


@subscribe(PaymentReported, outside=True)
def look_into_when_payment_reported(fact: PaymentReported) -> None:
    """Asks the provider for the state of the charge."""
    with _patience():
        services.follow_report(provider=fact.provider, key=fact.key, reference=fact.reference, now=clock.now())


@subscribe(StockRejected)
def cancel_when_stock_rejected(fact: StockRejected) -> None:
    """An order of which one line is not in stock is cancelled as a whole."""
    services.reject_order(order_id=fact.order_id, shortages=fact.shortages, now=clock.now())


@subscribe(PeopleTold)
def note_when_people_told(fact: PeopleTold) -> None:
    """Adds to the orders' time lines who was notified."""
    services.note_tellings(tellings=fact.tellings)


@contextmanager
def _patience() -> Iterator[None]:
    """Leave the rest to a sweeper if the provider does not answer: the payment or report holds what is to be asked."""
    try:
        yield
    except ProviderUnavailable as error:
        raise LeftToSweeper(str(error)) from error
