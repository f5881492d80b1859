"""Reviews as facts."""

from __future__ import annotations

from common.contracts import ReviewPosted
from product_svc.reviews import rules
from product_svc.reviews.models import Review


def review_posted(review: Review) -> ReviewPosted:
    """A buyer has said what they think."""
    product = review.product
    return ReviewPosted(
        version=review.version,
        review_id=str(review.id),
        product_id=str(product.id),
        product_title=product.title,
        product_slug=product.slug,
        seller_id=str(product.seller_id),
        customer_id=str(review.author_id),
        author=review.author,
        rating=review.rating,
        title=review.title,
        excerpt=rules.excerpt_of(review.body),
    )
