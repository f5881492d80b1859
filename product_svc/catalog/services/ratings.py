"""Keeping what buyers think of a product on average."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F

from product_svc.answers import services as answers
from product_svc.answers.services import ToTell
from product_svc.catalog.models import Product


def rate_product(*, product_id: UUID, rating_change: int, count_change: int) -> ToTell:
    """Count a review in, change it or take it out, by how much the sum of ratings and their number change.

    It is one statement, so that reviews written at the same time are all counted. What it gives back, the caller
    publishes; beyond that it is told to nobody: no other service knows of ratings.
    """
    Product.objects.filter(id=product_id).update(
        rating_sum=F("rating_sum") + rating_change,
        rating_count=F("rating_count") + count_change,
    )
    return answers.forget_products([product_id])
