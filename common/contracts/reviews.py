"""What product_svc tells of its reviews."""

from dataclasses import dataclass

from common.contracts.contract import Contract, personal


@dataclass(frozen=True, kw_only=True)
class ReviewPosted(Contract, name="reviews.review_posted.v1", aggregate="review_id"):
    """Somebody who bought a product said what they think of it."""

    review_id: str
    product_id: str
    product_title: str
    product_slug: str
    seller_id: str
    customer_id: str
    author: str = personal()
    """As the shop shows it: ``Ada L.``."""
    rating: int
    """1 to 5."""
    title: str
    excerpt: str
    """How the text begins; all of it, when it is short."""
