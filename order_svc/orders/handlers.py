"""What moves an order on."""

from collections.abc import Iterator
from contextlib import contextmanager

from common import clock
from common.contracts import PaymentReported, PeopleTold, RefundRequested, StockRejected, StockReserved
from common.events.subscriptions import LeftToSweeper, subscribe
from order_svc.orders import services
from order_svc.payments.services import ProviderUnavailable


@subscribe(StockReserved, outside=True)
def pay_when_stock_reserved(fact: StockReserved) -> None:
    """The provider is asked outside any transaction; a crash leads back here, or to the sweeper."""
    with _patience():
        services.pay_order(order_id=fact.order_id, now=clock.now())


@subscribe(RefundRequested, outside=True)
def refund_when_refund_requested(fact: RefundRequested) -> None:
    """At once; the sweeper comes later."""
    with _patience():
        services.refund_order(order_id=fact.order_id, now=clock.now())


@subscribe(PaymentReported, outside=True)
def look_into_when_payment_reported(fact: PaymentReported) -> None:
    """The provider is asked what stands."""
    with _patience():
        services.follow_report(provider=fact.provider, key=fact.key, reference=fact.reference, now=clock.now())


@subscribe(StockRejected)
def cancel_when_stock_rejected(fact: StockRejected) -> None:
    """All or nothing: an order that lacks one line is cancelled whole."""
    services.reject_order(order_id=fact.order_id, shortages=fact.shortages, now=clock.now())


@subscribe(PeopleTold)
def note_when_people_told(fact: PeopleTold) -> None:
    """For the time lines of their orders."""
    services.note_tellings(tellings=fact.tellings)


@contextmanager
def _patience() -> Iterator[None]:
    """A provider that does not answer is asked again later: what is to be asked stands at the payment or the report."""
    try:
        yield
    except ProviderUnavailable as error:
        raise LeftToSweeper(str(error)) from error
