"""A buyer's review, and the seller's notification of it."""

from __future__ import annotations

import time

from ops.demo.stage import Stage, open_feed, wait_for, wait_for_event
from ops.shop import Json, Shop

REVIEWED = "reviews.review_posted.v1"


def review(stage: Stage, product: Json, *, buyer: Shop, seller: Shop) -> None:
    """Jonas posts a review, Mira is notified, and the lantern's page counts it."""
    title = f"No wind puts it out {stage.run}"
    with open_feed(seller) as feed:
        with stage.step("He gives the lantern four stars"):
            began = time.perf_counter()
            buyer.review_product(product["id"], rating=4, title=title, body="Bright, and no opinions at all.")
        with stage.step("Mira sees it, live") as step:
            message = wait_for_event(feed, REVIEWED)
            step.note = f"{message['title']}, {(time.perf_counter() - began) * 1000:,.0f} ms later"
    with stage.step("The lantern's page counts it"):
        rating = {"average": 4.0, "count": 1}
        wait_for(lambda: stage.shop.product(product["id"])["rating"] == rating, what="the rating")
    if stage.mailbox:
        with stage.step("A letter about it lies in her mailbox"):
            stage.wait_for_mail(stage.mailbox, to="Mira", about=title)
