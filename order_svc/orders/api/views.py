"""Orders over HTTP."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.authentication import caller, caller_id
from common.api.idempotency.services import idempotent
from common.api.pagination import NewestFirst
from common.api.permissions import Anyone
from order_svc.carts import services as carts
from order_svc.orders import selectors, services
from order_svc.orders.api.serializers import OrderOutput, PlaceOrderInput, QuoteInput, QuoteOutput


class Orders(APIView):
    """GET lists the caller's orders, POST places one."""

    def get(self, request: Request) -> Response:
        pages = NewestFirst()
        page = pages.paginate_queryset(selectors.orders_of(customer_id=caller_id(request)), request, view=self)
        return pages.get_paginated_response(OrderOutput(page, many=True).data)

    @idempotent("orders.place")
    def post(self, request: Request) -> Response:
        body = PlaceOrderInput.of(request.data)
        order = services.place_order(
            customer_id=caller_id(request), cart_token=_cart_token(request), now=clock.now(), **body
        )
        return Response(OrderOutput(order).data, status=201)


class Quote(APIView):
    """POST says what an order would cost, and why; nothing is ordered."""

    permission_classes = [Anyone]

    def post(self, request: Request) -> Response:
        body = QuoteInput.of(request.data)
        holder = carts.holder_of(customer_id=caller(request).id, token=_cart_token(request))
        return Response(QuoteOutput(services.quote_order(holder=holder, **body)).data)


class OneOrder(APIView):
    """GET shows an order to its customer and to staff."""

    def get(self, request: Request, order_id: UUID) -> Response:
        is_staff = caller(request).is_staff
        order = selectors.order_for(viewer_id=caller_id(request), is_staff=is_staff, order_id=order_id)
        return Response(OrderOutput(order).data)


def _cart_token(request: Request) -> str:
    return request.headers.get(carts.TOKEN_HEADER, "")
