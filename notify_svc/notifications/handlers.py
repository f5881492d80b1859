"""The facts that people are notified of. Each docstring says who is notified, or of what."""

from common import clock
from common.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderRefunded,
    OrderShipped,
    ReviewPosted,
    SellerChanged,
    StockLow,
)
from common.events.subscriptions import subscribe
from notify_svc.notifications import services


@subscribe(OrderConfirmed)
def tell_people_when_order_confirmed(fact: OrderConfirmed) -> None:
    """The buyer and the sellers."""
    services.tell_of_confirmed_order(order=fact, now=clock.now())


@subscribe(OrderCancelled)
def tell_buyer_when_order_cancelled(fact: OrderCancelled) -> None:
    """The buyer, with the reason; the sellers, if they were about to send it."""
    services.tell_of_cancelled_order(order=fact, now=clock.now())


@subscribe(OrderRefunded)
def tell_buyer_when_order_refunded(fact: OrderRefunded) -> None:
    """That the money is on its way back."""
    services.tell_of_refunded_order(order=fact, now=clock.now())


@subscribe(OrderShipped)
def tell_buyer_when_order_shipped(fact: OrderShipped) -> None:
    """What left, and how to follow it."""
    services.tell_of_shipped_order(order=fact, now=clock.now())


@subscribe(OrderDelivered)
def tell_buyer_when_order_delivered(fact: OrderDelivered) -> None:
    """That all of it arrived."""
    services.tell_of_delivered_order(order=fact, now=clock.now())


@subscribe(ReviewPosted)
def tell_seller_when_review_posted(fact: ReviewPosted) -> None:
    """The seller of the reviewed product."""
    services.tell_of_posted_review(review=fact, now=clock.now())


@subscribe(SellerChanged)
def tell_seller_when_seller_changed(fact: SellerChanged) -> None:
    """The seller, who may sell now, or may no longer."""
    services.tell_of_changed_seller(seller=fact, now=clock.now())


@subscribe(StockLow)
def tell_seller_when_stock_low(fact: StockLow) -> None:
    """The seller of what is running out."""
    services.tell_of_low_stock(stock=fact, now=clock.now())
