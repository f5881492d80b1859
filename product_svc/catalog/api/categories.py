"""The tree of categories: walked by anyone, kept by staff."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.operations import ETAG, IF_NONE_MATCH, operation
from common.api.permissions import ReadOnly, Staff
from common.caching import Answer
from product_svc.catalog import errors, selectors, services
from product_svc.catalog.api import pages
from product_svc.catalog.api.given import AT_THE_DOOR, PUBLIC, ReadyAnswers, given
from product_svc.catalog.api.serializers import (
    CategoryOutput,
    CategoryTreeOutput,
    ChangeCategoryInput,
    CreateCategoryInput,
)


class Categories(ReadyAnswers):
    """GET returns the tree of categories, POST creates a category."""

    permission_classes = [ReadOnly | Staff]

    def ready(self, _query_string: str) -> Answer | None:
        return pages.category_tree()

    @operation(gives=CategoryTreeOutput, headers=[IF_NONE_MATCH], marks=[ETAG])
    def get(self, request: Request) -> HttpResponse:
        return given(request, pages.category_tree())

    @operation(takes=CreateCategoryInput, gives=CategoryOutput, status=201, refuses=[errors.SlugTaken])
    def post(self, request: Request) -> Response:
        category = services.create_category(**CreateCategoryInput.of(request.data))
        return Response(_branch(str(category.id)), status=status.HTTP_201_CREATED)


class CategoryDetail(APIView):
    """GET returns a category and its subcategories, PATCH renames or moves a category, DELETE deletes an empty
    category."""

    name = "Category"
    permission_classes = [ReadOnly | Staff]

    @operation(gives=CategoryOutput)
    def get(self, _request: Request, key: str) -> Response:
        # Everybody sees the same, and a page for people says of itself that nobody keeps it.
        return Response(_branch(key), headers={"Cache-Control": PUBLIC, **AT_THE_DOOR})

    @operation(takes=ChangeCategoryInput, gives=CategoryOutput, refuses=[errors.SlugTaken])
    def patch(self, request: Request, key: str) -> Response:
        category = services.change_category(key=key, changes=ChangeCategoryInput.of(request.data))
        return Response(_branch(str(category.id)))

    @operation(refuses=[errors.CategoryInUse])
    def delete(self, _request: Request, key: str) -> Response:
        services.delete_category(key=key)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _branch(key: str) -> dict[str, object]:
    return dict(CategoryOutput(selectors.category_branch(key)).data)
