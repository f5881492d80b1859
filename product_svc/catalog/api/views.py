"""Products: read by anyone, filled by sellers and staff."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from common import clock
from common.api.authentication import caller
from common.api.operations import ETAG, IF_NONE_MATCH, operation, page_of
from common.api.permissions import ReadOnly, SellerOrStaff
from common.caching import Answer
from common.errors import InvalidInput, NotFound
from product_svc.catalog import errors, selectors, services
from product_svc.catalog.api import pages
from product_svc.catalog.api.filters import ProductFilters
from product_svc.catalog.api.given import ReadyAnswers, given, given_to_caller
from product_svc.catalog.api.serializers import (
    ChangeProductInput,
    CreateProductInput,
    ProductItemOutput,
    ProductOutput,
    product_detail,
)


class Products(ReadyAnswers):
    """GET lists published products, filtered, searched and sorted, POST creates a product."""

    permission_classes = [ReadOnly | SellerOrStaff]

    def ready(self, query_string: str) -> Answer | None:
        asked = pages.ListQuestion.of(query_string)
        return pages.product_list(asked) if asked.is_for_everybody else None

    @operation(query=ProductFilters, gives=page_of(ProductItemOutput), headers=[IF_NONE_MATCH], marks=[ETAG])
    def get(self, request: Request) -> HttpResponse:
        asked = pages.ListQuestion.of(request.META.get("QUERY_STRING", ""))
        if asked.filters.keys() & {"sku", "status"} and caller(request).is_staff:
            return given_to_caller(request, pages.products_listed(asked, shows_all=True))
        if "status" in asked.filters:
            raise InvalidInput(errors={"status": ["Only staff may ask for this."]})
        return given(request, pages.product_list(asked))

    @operation(
        takes=CreateProductInput, gives=ProductOutput, status=201, refuses=[errors.SellerNotApproved, errors.SkuTaken]
    )
    def post(self, request: Request) -> Response:
        body = CreateProductInput.of(request.data)
        product = services.create_product(author=caller(request), now=clock.now(), **body)
        return Response(product_detail(selectors.product_page(product.id)), status=status.HTTP_201_CREATED)


class ProductDetail(ReadyAnswers):
    """GET returns a product, PATCH updates a product, DELETE archives a product."""

    name = "Product"
    permission_classes = [ReadOnly | SellerOrStaff]

    def ready(self, _query_string: str, key: str) -> Answer | None:
        return pages.product_page(key)

    @operation(gives=ProductOutput, headers=[IF_NONE_MATCH], marks=[ETAG])
    def get(self, request: Request, key: str) -> HttpResponse:
        try:
            return given(request, pages.product_page(key))
        except NotFound:  # or not shown to everybody
            if not caller(request).is_authenticated:
                raise
            return given_to_caller(request, product_detail(selectors.product_seen_by(caller(request), key=key)))

    @operation(takes=ChangeProductInput, gives=ProductOutput, refuses=[errors.SellerNotApproved, errors.SkuTaken])
    def patch(self, request: Request, key: str) -> Response:
        changes = ChangeProductInput.of(request.data)
        product = services.change_product(editor=caller(request), key=key, changes=changes, now=clock.now())
        return Response(product_detail(selectors.product_page(product.id)))

    @operation()
    def delete(self, request: Request, key: str) -> Response:
        services.archive_product(editor=caller(request), key=key)
        return Response(status=status.HTTP_204_NO_CONTENT)
