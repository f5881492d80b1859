"""Stock, for those who sell it and those who run the shop."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api import permissions
from common.api.authentication import caller, caller_id
from common.api.operations import operation
from product_svc.inventory import errors, selectors, services
from product_svc.inventory.api.serializers import AdjustStockInput, StockOutput, StockWarningInput, StockWarningOutput


class Stock(APIView):
    """GET returns the stock of a SKU."""

    permission_classes = [permissions.SellerOrStaff]

    @operation(gives=StockOutput)
    def get(self, request: Request, sku: str) -> Response:
        item = selectors.stock_item_of(owner_id=_owner(request), sku=sku)
        return Response(StockOutput(item).data)


class StockAdjustment(APIView):
    """POST adjusts the stock of a SKU."""

    permission_classes = [permissions.SellerOrStaff]

    @operation(takes=AdjustStockInput, gives=StockOutput, refuses=[errors.InsufficientStock])
    def post(self, request: Request, sku: str) -> Response:
        body = AdjustStockInput.of(request.data)
        item = services.adjust_stock(owner_id=_owner(request), sku=sku, now=clock.now(), **body)
        return Response(StockOutput(item).data)


class StockWarning(APIView):
    """GET returns the stock level at which a seller is warned, PUT sets the stock level at which a seller is warned."""

    permission_classes = [permissions.SellerOrStaff]

    @operation(gives=StockWarningOutput)
    def get(self, request: Request, sku: str) -> Response:
        item = selectors.stock_item_of(owner_id=_owner(request), sku=sku)
        return Response(StockWarningOutput(item).data)

    @operation(takes=StockWarningInput, gives=StockWarningOutput)
    def put(self, request: Request, sku: str) -> Response:
        body = StockWarningInput.of(request.data)
        item = services.warn_from(owner_id=_owner(request), sku=sku, **body)
        return Response(StockWarningOutput(item).data)


def _owner(request: Request) -> UUID | None:
    """Staff see the stock of every seller."""
    return None if caller(request).is_staff else caller_id(request)
