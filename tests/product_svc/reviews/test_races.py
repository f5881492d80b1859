"""Many reviews at once, on real connections: the summary is what a recount finds."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Count, Sum

from common.contracts import ReviewPosted
from product_svc.catalog import services as catalog
from product_svc.catalog.models import Product
from product_svc.reviews import errors, services
from product_svc.reviews.models import Review
from tests.product_svc.factories import NOON, product, seller
from tests.product_svc.races import at_once
from tests.product_svc.reviews.factories import SAYS, buyer_of, review

pytestmark = pytest.mark.django_db(transaction=True)


def summary_of(mug: Any) -> tuple[int, int]:
    """Sum and count of a product's ratings, which a recount must confirm."""
    kept = Product.objects.values_list("rating_sum", "rating_count").get(id=mug.id)
    recount = Review.objects.filter(product=mug).aggregate(sum=Sum("rating", default=0), count=Count("id"))
    assert kept == (recount["sum"], recount["count"])
    return kept


class TestPostReview:
    def test_counts_each_of_twenty_buyers(self, told: Any) -> None:
        mug = product()
        buyers = [buyer_of() for _ in range(20)]

        at_once(
            [
                lambda buyer=buyer, stars=number % 5 + 1: review(mug, author=buyer, rating=stars)
                for number, buyer in enumerate(buyers)
            ]
        )

        assert summary_of(mug) == (60, 20)
        assert len(told.named(ReviewPosted)) == 20

    def test_takes_one_of_two_by_the_same_person(self, told: Any) -> None:
        mug, ada = product(), buyer_of()

        results = at_once([lambda: review(mug, author=ada, rating=3)] * 8)

        assert results.count(errors.AlreadyReviewed) == 7
        assert summary_of(mug) == (3, 1)
        assert len(told.named(ReviewPosted)) == 1

    def test_does_not_wait_in_a_circle(self) -> None:
        ada = seller()
        mug = product(author=ada)
        key = str(mug.id)
        reviews = [review(mug, rating=1) for _ in range(10)]
        authors = {posted.id: buyer_of(user_id=posted.author_id) for posted in reviews}

        at_once(
            [
                job
                for number, posted in enumerate(reviews)
                for job in (
                    lambda: review(mug, rating=5),
                    lambda n=number: catalog.change_product(
                        editor=ada, key=key, changes={"title": f"Mug {n}"}, now=NOON
                    ),
                    lambda posted=posted: services.change_review(
                        editor=authors[posted.id], key=key, review_id=posted.id, changes={"rating": 2}, now=NOON
                    ),
                    lambda posted=posted: services.withdraw_review(
                        editor=authors[posted.id], key=key, review_id=posted.id
                    ),
                    lambda posted=posted: services.post_review(author=authors[posted.id], key=key, **SAYS, now=NOON),
                )
            ]
        )

        summary_of(mug)
