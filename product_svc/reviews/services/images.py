"""Which pictures a review shows: its author's own, judged by our copy of what file_svc tells, now or when it tells it.

Whoever locks files, products and reviews locks them in this order, and several of a kind in the order of their ids.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from common.errors import InvalidInput
from product_svc.pictures import selectors as known_pictures
from product_svc.pictures import services as pictures
from product_svc.reviews.models import Review

logger = logging.getLogger(__name__)

PURPOSE = "review_image"
PATIENCE = timedelta(minutes=10)
"""How long a review shows a picture of which we were told nothing yet."""

_GIVEN_UP_AT_ONCE = 200

Verdicts = Mapping[UUID, known_pictures.Verdict]


def verdicts_on(file_ids: Collection[UUID], *, now: datetime) -> Verdicts:
    """What is known of these files; nothing more will be before the transaction ends."""
    pictures.hold_pictures(file_ids, now=now)
    return known_pictures.verdicts(file_ids, wanted_for=PURPOSE)


def show(review: Review, file_ids: Sequence[UUID], verdicts: Verdicts, *, now: datetime) -> None:
    """Give a review, which the caller saves, exactly these pictures.

    One of which nothing is known yet is judged when its fact comes. Raises InvalidInput.
    """
    objections = [_objection(review, verdicts[file_id]) for file_id in file_ids]
    if any(objections):
        raise InvalidInput(errors={f"images.{index}": [reason] for index, reason in enumerate(objections) if reason})
    review.images = list(file_ids)
    is_waiting = not all(verdicts[file_id].is_known for file_id in file_ids)
    review.awaits_pictures_since = now if is_waiting else None


@transaction.atomic
def judge_picture(*, file_id: UUID) -> None:
    """More was told of a file: take it off the reviews that must not show it."""
    verdict = known_pictures.verdicts([file_id], wanted_for=PURPOSE)[file_id]
    for review in Review.objects.select_for_update(no_key=True).filter(images__contains=[file_id]).order_by("id"):
        if reason := _objection(review, verdict):
            _take_off(review, {file_id}, reason)


def give_up_awaited_pictures(*, now: datetime) -> None:
    """Take those off their reviews of which nothing was told in all the time."""
    before = now - PATIENCE
    overdue = Review.objects.filter(awaits_pictures_since__lt=before).order_by("awaits_pictures_since")
    for review_id in list(overdue.values_list("id", flat=True)[:_GIVEN_UP_AT_ONCE]):
        _give_up(review_id, awaited_before=before)


@transaction.atomic
def _give_up(review_id: UUID, *, awaited_before: datetime) -> None:
    overdue = Review.objects.filter(id=review_id, awaits_pictures_since__lt=awaited_before)
    review = overdue.select_for_update(no_key=True).first()
    if review is None:  # its author showed others meanwhile
        return
    verdicts = known_pictures.verdicts(review.images, wanted_for=PURPOSE)
    review.awaits_pictures_since = None
    unheard = {file_id for file_id, verdict in verdicts.items() if not verdict.is_known}
    _take_off(review, unheard, "Nobody ever told of this file.")


def _objection(review: Review, verdict: known_pictures.Verdict) -> str | None:
    """Why a review must not show a picture; None when it may, or when nothing is known yet."""
    if verdict.owner_id and verdict.owner_id != review.author_id:
        return "This picture belongs to somebody else."
    return verdict.flaw


def _take_off(review: Review, file_ids: Collection[UUID], reason: str) -> None:
    if file_ids:
        review.images = [file_id for file_id in review.images if file_id not in file_ids]
        review.version += 1
        logger.warning("pictures %s taken off review %s: %s", ", ".join(map(str, file_ids)), review.id, reason)
    review.save(update_fields=["images", "awaits_pictures_since", "version", "updated_at"])
