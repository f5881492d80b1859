"""Posting reviews, changing them and taking them away.

Whoever writes one locks its product first: there the summary stands, and in one order nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from common.errors import Forbidden
from common.events.outbox import publish
from common.person import Person
from product_svc.catalog import selectors as catalog
from product_svc.catalog.services import rate_product
from product_svc.reviews import errors, events, rules, selectors
from product_svc.reviews.models import Review
from product_svc.reviews.services.images import show, verdicts_on


@transaction.atomic
def post_review(
    *, author: Person, key: str, rating: int, title: str, body: str, images: Sequence[UUID] = (), now: datetime
) -> Review:
    """Say what one thinks of the product of this id or slug.

    Raises NotFound, OwnProduct, NotBought, InvalidInput for a picture that cannot be shown, and AlreadyReviewed for a
    second review of the same product.
    """
    verdicts = verdicts_on(images, now=now)
    product = catalog.product_row(author, key=key, for_update=True)
    review = Review(
        product=product,
        author_id=_require_buyer(author, product_id=product.id, seller_id=product.seller_id),
        author=rules.shown_name(author.name),
        rating=rating,
        title=title,
        body=body,
    )
    show(review, images, verdicts, now=now)
    try:
        review.save(force_insert=True)
    except IntegrityError as error:
        raise errors.AlreadyReviewed from error
    to_tell = rate_product(product_id=product.id, rating_change=rating, count_change=1)
    publish(events.review_posted(review), *to_tell)
    return review


@transaction.atomic
def change_review(*, editor: Person, key: str, review_id: UUID, changes: Mapping[str, Any], now: datetime) -> Review:
    """Replace some of a review; ``changes`` has the names and values that ``post_review`` takes.

    Raises NotFound, InvalidInput, and Forbidden to all but its author.
    """
    verdicts = verdicts_on(changes.get("images", ()), now=now)
    product = catalog.product_row(editor, key=key, for_update=True)
    review = selectors.review_to_change(product_id=product.id, review_id=review_id)
    if not rules.may_change(editor, author_id=review.author_id):
        raise Forbidden
    rating_change = changes.get("rating", review.rating) - review.rating
    for name in changes.keys() - {"images"}:
        setattr(review, name, changes[name])
    if "images" in changes:
        show(review, changes["images"], verdicts, now=now)
    review.version += 1
    review.save()
    if rating_change:
        publish(*rate_product(product_id=product.id, rating_change=rating_change, count_change=0))
    return review


@transaction.atomic
def withdraw_review(*, editor: Person, key: str, review_id: UUID) -> None:
    """Take a review away. Raises NotFound, and Forbidden to all but its author and staff."""
    product = catalog.product_row(editor, key=key, for_update=True)
    review = selectors.review_to_change(product_id=product.id, review_id=review_id)
    if not rules.may_withdraw(editor, author_id=review.author_id):
        raise Forbidden
    review.delete()
    publish(*rate_product(product_id=product.id, rating_change=-review.rating, count_change=-1))


def _require_buyer(author: Person, *, product_id: UUID, seller_id: UUID) -> UUID:
    if author.id == seller_id:
        raise errors.OwnProduct
    if author.id is None or not selectors.has_bought(customer_id=author.id, product_id=product_id):
        raise errors.NotBought
    return author.id
