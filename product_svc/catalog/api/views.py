"""Products: read by anyone, filled by sellers and staff."""

from __future__ import annotations

from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.authentication import caller
from common.api.pagination import NewestFirst
from common.api.permissions import ReadOnly, SellerOrStaff
from product_svc.catalog import selectors, services
from product_svc.catalog.api.filters import ORDERINGS, ProductFilters
from product_svc.catalog.api.serializers import (
    ChangeProductInput,
    CreateProductInput,
    ProductItemOutput,
    ProductOutput,
)


class Products(APIView):
    """GET lists what is for sale, POST adds to it."""

    permission_classes = [ReadOnly | SellerOrStaff]

    def get(self, request: Request) -> Response:
        filters = ProductFilters.of(request.query_params.dict())
        pages = NewestFirst()
        pages.ordering = ORDERINGS[filters.pop("ordering")]
        products = selectors.listed_products(viewer=caller(request), **filters)
        page = pages.paginate_queryset(products, request, view=self)
        return pages.get_paginated_response(ProductItemOutput(page, many=True).data)

    def post(self, request: Request) -> Response:
        body = CreateProductInput.of(request.data)
        product = services.create_product(author=caller(request), now=clock.now(), **body)
        return Response(ProductOutput(selectors.product_page(product.id)).data, status=status.HTTP_201_CREATED)


@method_decorator(conditional_page, name="dispatch")
class ProductDetail(APIView):
    """GET shows a product, PATCH changes it, DELETE takes it out of the shop."""

    permission_classes = [ReadOnly | SellerOrStaff]

    def get(self, request: Request, key: str) -> Response:
        product = selectors.product_seen_by(caller(request), key=key)
        return Response(ProductOutput(product).data)

    def patch(self, request: Request, key: str) -> Response:
        changes = ChangeProductInput.of(request.data)
        product = services.change_product(editor=caller(request), key=key, changes=changes, now=clock.now())
        return Response(ProductOutput(selectors.product_page(product.id)).data)

    def delete(self, request: Request, key: str) -> Response:
        services.archive_product(editor=caller(request), key=key)
        return Response(status=status.HTTP_204_NO_CONTENT)
