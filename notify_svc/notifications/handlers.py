"""What people are told of."""

from common import clock
from common.contracts import OrderCancelled, OrderConfirmed, ReviewPosted
from common.events.subscriptions import subscribe
from notify_svc.notifications import services


@subscribe(OrderConfirmed)
def tell_people_when_order_confirmed(fact: OrderConfirmed) -> None:
    """The buyer and the sellers."""
    services.tell_of_confirmed_order(order=fact, now=clock.now())


@subscribe(OrderCancelled)
def tell_buyer_when_order_cancelled(fact: OrderCancelled) -> None:
    """The buyer, with the reason."""
    services.tell_of_cancelled_order(order=fact, now=clock.now())


@subscribe(ReviewPosted)
def tell_seller_when_review_posted(fact: ReviewPosted) -> None:
    """Whoever sells what was reviewed."""
    services.tell_of_posted_review(review=fact, now=clock.now())
