"""Reading reviews, as far as whoever asks may see their product."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from common.errors import NotFound
from common.person import Person
from product_svc.catalog import selectors as catalog
from product_svc.reviews.models import Purchase, Review


def reviews_of(viewer: Person, *, key: str, rating: int | None = None) -> QuerySet[Review]:
    """What is said of the product of this id or slug; only what gives so many stars, on demand. Raises NotFound."""
    reviews = Review.objects.filter(product=catalog.product_row(viewer, key=key))
    return reviews if rating is None else reviews.filter(rating=rating)


def review_to_change(*, product_id: UUID, review_id: UUID) -> Review:
    """One of a product's reviews, locked until the transaction ends. Raises NotFound."""
    try:
        return Review.objects.select_for_update().get(id=review_id, product_id=product_id)
    except Review.DoesNotExist:
        raise NotFound from None


def has_bought(*, customer_id: UUID, product_id: UUID) -> bool:
    """Whether an order of the customer's that had this product was confirmed."""
    return Purchase.objects.filter(customer_id=customer_id, product_id=product_id).exists()
