"""Reviews: read by anyone, written by those who bought."""

from __future__ import annotations

from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.authentication import caller
from common.api.operations import operation, page_of
from common.api.pagination import NewestFirst
from common.api.permissions import ReadOnly, SignedIn
from product_svc.reviews import errors, selectors, services
from product_svc.reviews.api.serializers import ChangeReviewInput, PostReviewInput, ReviewFilters, ReviewOutput


class Reviews(APIView):
    """GET lists the reviews of a product, POST creates a review."""

    permission_classes = [ReadOnly | SignedIn]

    @operation(query=ReviewFilters, gives=page_of(ReviewOutput))
    def get(self, request: Request, key: str) -> Response:
        filters = ReviewFilters.of(request.query_params.dict())
        pages = NewestFirst()
        reviews = selectors.reviews_of(caller(request), key=key, **filters)
        page = pages.paginate_queryset(reviews, request, view=self)
        return pages.get_paginated_response(ReviewOutput(page, many=True).data)

    @operation(
        takes=PostReviewInput,
        gives=ReviewOutput,
        status=201,
        refuses=[errors.NotBought, errors.OwnProduct, errors.AlreadyReviewed],
    )
    def post(self, request: Request, key: str) -> Response:
        body = PostReviewInput.of(request.data)
        review = services.post_review(author=caller(request), key=key, **body, now=clock.now())
        return Response(ReviewOutput(review).data, status=status.HTTP_201_CREATED)


class ReviewDetail(APIView):
    """PATCH updates the caller's review, DELETE deletes a review."""

    name = "Review"

    @operation(takes=ChangeReviewInput, gives=ReviewOutput)
    def patch(self, request: Request, key: str, review_id: UUID) -> Response:
        changes = ChangeReviewInput.of(request.data)
        review = services.change_review(
            editor=caller(request), key=key, review_id=review_id, changes=changes, now=clock.now()
        )
        return Response(ReviewOutput(review).data)

    @operation()
    def delete(self, request: Request, key: str, review_id: UUID) -> Response:
        services.withdraw_review(editor=caller(request), key=key, review_id=review_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
