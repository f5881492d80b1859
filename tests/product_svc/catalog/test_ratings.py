"""What buyers think on average, as lists and pages show it."""

from __future__ import annotations

from typing import Any

import pytest

from product_svc.catalog import services
from product_svc.catalog.models import Product
from tests.product_svc.factories import product
from tests.product_svc.races import at_once

PRODUCTS = "/api/v1/products/"


@pytest.mark.django_db
class TestRateProduct:
    @pytest.mark.parametrize(("ratings", "average"), [([], None), ([4], 4.0), ([5, 4], 4.5), ([5, 5, 4], 4.67)])
    def test_shows_in_lists_and_on_its_page(self, visitor: Any, ratings: list[int], average: float | None) -> None:
        mug = product()

        for rating in ratings:
            services.rate_product(product_id=mug.id, rating_change=rating, count_change=1)

        rating = {"average": average, "count": len(ratings)}
        assert visitor.get(PRODUCTS).json()["results"][0]["rating"] == rating
        assert visitor.get(f"{PRODUCTS}{mug.id}/").json()["rating"] == rating

    def test_takes_back_the_last_review(self) -> None:
        mug = product()
        services.rate_product(product_id=mug.id, rating_change=3, count_change=1)

        services.rate_product(product_id=mug.id, rating_change=-3, count_change=-1)

        mug.refresh_from_db()
        assert (mug.rating_average, mug.rating_count) == (None, 0)


@pytest.mark.django_db(transaction=True)
def test_counts_each_of_many_reviews_at_once() -> None:
    mug = product()

    at_once(
        [
            lambda rating=rating: services.rate_product(product_id=mug.id, rating_change=rating, count_change=1)
            for rating in [1, 5] * 20
        ]
    )

    assert Product.objects.values_list("rating_sum", "rating_count").get() == (120, 40)
