"""How reviews are written and shown."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from rest_framework import serializers

from common.api.serializers import Input, LineField, ProseField
from product_svc.reviews import rules
from product_svc.reviews.models import Review

PICTURE_SIZES = ("thumb", "medium", "large")


class RatingField(serializers.IntegerField):
    """A whole number of stars, and nothing that merely looks like one."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class FileIdField(serializers.UUIDField):
    """The id of a file; a number is not taken for one."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class ChangeReviewInput(Input):
    """Some of a review. Pictures are named by their file ids, and replaced as a whole."""

    rating = RatingField(required=False, min_value=rules.WORST_RATING, max_value=rules.BEST_RATING)
    title = LineField(required=False, max_length=rules.MAX_TITLE)
    body = ProseField(required=False, max_length=rules.MAX_BODY)
    images = serializers.ListField(required=False, child=FileIdField(), max_length=rules.MAX_IMAGES)


class PostReviewInput(ChangeReviewInput):
    """A new review."""

    rating = RatingField(min_value=rules.WORST_RATING, max_value=rules.BEST_RATING)
    title = LineField(max_length=rules.MAX_TITLE)
    body = ProseField(max_length=rules.MAX_BODY)


class ReviewFilters(Input):
    """The query of a list; its page and cursor are the paginator's."""

    rating = serializers.IntegerField(required=False, min_value=rules.WORST_RATING, max_value=rules.BEST_RATING)


class ReviewOutput(serializers.Serializer[Review]):
    """A review, as everybody sees it."""

    id = serializers.UUIDField()
    rating = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()
    images = serializers.SerializerMethodField()
    author = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_images(self, review: Review) -> list[dict[str, str]]:
        return [_shown(file_id) for file_id in review.images]


def _shown(file_id: UUID) -> dict[str, str]:
    """A picture, in the sizes that file_svc keeps it in."""
    content = urljoin(settings.PUBLIC_URL, f"/api/v1/files/{file_id}/content/")
    return {"id": str(file_id), **{size: f"{content}?variant={size}" for size in PICTURE_SIZES}}
