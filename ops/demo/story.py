"""The whole demo: an order from sign-up to live notification, an order whose card is declined, and a review."""

from __future__ import annotations

from ops.demo.buying import be_declined, buy, see_it_known
from ops.demo.reviewing import review
from ops.demo.selling import publish, take_down
from ops.demo.stage import Stage


def tell(stage: Stage) -> None:
    """Tell the whole story. Raises StepFailed at the first step that does not hold."""
    chapter = stage.narrator.chapter

    chapter("Mira opens a stall")
    seller = stage.sign_up("Mira", role="seller")
    product = publish(stage, seller)

    chapter("Jonas buys a lantern")
    buyer = stage.sign_up("Jonas", role="customer")
    order = buy(stage, buyer)
    see_it_known(stage, order, buyer=buyer, seller=seller)

    chapter("Ada's card is declined")
    be_declined(stage, stage.sign_up("Ada", role="customer"), seller=seller)

    chapter("Jonas says what he thinks")
    review(stage, product, buyer=buyer, seller=seller)
    take_down(stage, seller, product)
