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
from common.api.pagination import PageQuery
from common.api.permissions import ReadOnly, SellerOrStaff
from common.errors import NotFound
from product_svc.catalog import selectors, services
from product_svc.catalog.api import pages
from product_svc.catalog.api.filters import ProductFilters
from product_svc.catalog.api.serializers import (
    ChangeProductInput,
    CreateProductInput,
    product_detail,
)


@method_decorator(conditional_page, name="dispatch")
class Products(APIView):
    """GET lists what is for sale, POST adds to it."""

    permission_classes = [ReadOnly | SellerOrStaff]

    def get(self, request: Request) -> Response:
        asked = PageQuery.of(request)
        filters = ProductFilters.of(asked.filters)
        shows_all = "sku" in filters and caller(request).is_staff
        found = pages.product_list(filters, cursor=asked.cursor, page_size=asked.page_size, shows_all=shows_all)
        return Response(found)

    def post(self, request: Request) -> Response:
        body = CreateProductInput.of(request.data)
        product = services.create_product(author=caller(request), now=clock.now(), **body)
        return Response(product_detail(selectors.product_page(product.id)), status=status.HTTP_201_CREATED)


@method_decorator(conditional_page, name="dispatch")
class ProductDetail(APIView):
    """GET shows a product, PATCH changes it, DELETE takes it out of the shop."""

    permission_classes = [ReadOnly | SellerOrStaff]

    def get(self, request: Request, key: str) -> Response:
        try:
            return Response(pages.product_page(selectors.product_id_called(key)))
        except NotFound:  # or not shown to everybody
            return Response(product_detail(selectors.product_seen_by(caller(request), key=key)))

    def patch(self, request: Request, key: str) -> Response:
        changes = ChangeProductInput.of(request.data)
        product = services.change_product(editor=caller(request), key=key, changes=changes, now=clock.now())
        return Response(product_detail(selectors.product_page(product.id)))

    def delete(self, request: Request, key: str) -> Response:
        services.archive_product(editor=caller(request), key=key)
        return Response(status=status.HTTP_204_NO_CONTENT)
