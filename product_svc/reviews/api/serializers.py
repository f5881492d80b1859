"""How reviews are written and shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.operations import ShapedField
from common.api.serializers import IdField, Input, LineField, ProseField, WholeNumberField
from product_svc.pictures import selectors as pictures
from product_svc.reviews import rules
from product_svc.reviews.models import Review


class ChangeReviewInput(Input):
    """The fields of a review to update. Pictures are given by their file ids, and replaced as a whole."""

    example = {"rating": 4, "body": "It drips a little."}

    rating = WholeNumberField(required=False, min_value=rules.WORST_RATING, max_value=rules.BEST_RATING)
    title = LineField(required=False, max_length=rules.MAX_TITLE)
    body = ProseField(required=False, max_length=rules.MAX_BODY)
    images = serializers.ListField(required=False, child=IdField(), max_length=rules.MAX_IMAGES)


class PostReviewInput(ChangeReviewInput):
    """A new review."""

    example = {"rating": 5, "title": "Pours well", "body": "And keeps warm."}

    rating = WholeNumberField(min_value=rules.WORST_RATING, max_value=rules.BEST_RATING)
    title = LineField(max_length=rules.MAX_TITLE)
    body = ProseField(max_length=rules.MAX_BODY)


class ReviewFilters(Input):
    """The query of a list; its page and cursor are the paginator's."""

    rating = serializers.IntegerField(required=False, min_value=rules.WORST_RATING, max_value=rules.BEST_RATING)


class ReviewImageOutput(serializers.Serializer[Any]):
    """A picture, with the URLs of its sizes."""

    id = serializers.UUIDField()
    thumb = serializers.URLField()
    medium = serializers.URLField()
    large = serializers.URLField()


class ReviewOutput(serializers.Serializer[Review]):
    """A review."""

    id = serializers.UUIDField()
    rating = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()
    images = ShapedField(ReviewImageOutput(many=True))
    author = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_images(self, review: Review) -> list[dict[str, str]]:
        return [{"id": str(file_id), **pictures.addresses(file_id)} for file_id in review.images]
