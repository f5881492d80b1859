"""Orders over HTTP."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.authentication import caller, caller_id
from common.api.idempotency.services import idempotent
from common.api.operations import CART_TOKEN, KEY, operation, page_of
from common.api.pagination import NewestFirst
from common.api.permissions import Anyone
from order_svc.carts import services as carts
from order_svc.carts.services import CartEmpty, CartsDoNotFit, ItemsUnavailable
from order_svc.orders import errors, selectors, services
from order_svc.orders.api.serializers import (
    AnyOrderOutput,
    OrderFilter,
    OrderOutput,
    PlaceOrderInput,
    QuoteInput,
    QuoteOutput,
    ShipOrderInput,
    shown,
)
from order_svc.payments.services import UnknownProvider
from order_svc.pricing.services import SeveralCurrencies

_REFUSALS = [errors.UnavailableItems, errors.TooMuch, SeveralCurrencies, CartEmpty, ItemsUnavailable]


class NewestOrdersFirst(NewestFirst):
    """Pagination by creation time."""

    ordering = ("-ordered_at", "-order_id")


class Orders(APIView):
    """GET lists the orders that the caller may see, POST places an order."""

    @operation(query=OrderFilter, gives=page_of(AnyOrderOutput))
    def get(self, request: Request) -> Response:
        wanted = OrderFilter.of(request.query_params.dict())
        orders = selectors.narrowed(selectors.orders_for(person=caller(request)), person=caller(request), **wanted)
        pages = NewestOrdersFirst()
        page = pages.paginate_queryset(orders, request, view=self)
        return pages.get_paginated_response([shown(order, person=caller(request)) for order in page])

    @operation(
        takes=PlaceOrderInput,
        gives=OrderOutput,
        status=201,
        refuses=[*_REFUSALS, CartsDoNotFit, errors.TotalChanged, UnknownProvider],
        headers=[KEY, CART_TOKEN],
    )
    @idempotent("orders.place")
    def post(self, request: Request) -> Response:
        body = PlaceOrderInput.of(request.data)
        order = services.place_order(
            customer_id=caller_id(request), cart_token=_cart_token(request), now=clock.now(), **body
        )
        return Response(shown(order, person=caller(request)), status=201)


class Quote(APIView):
    """POST calculates what an order would cost, step by step, without placing it."""

    permission_classes = [Anyone]

    @operation(takes=QuoteInput, gives=QuoteOutput, refuses=_REFUSALS, headers=[CART_TOKEN])
    def post(self, request: Request) -> Response:
        body = QuoteInput.of(request.data)
        holder = carts.holder_of(customer_id=caller(request).id, token=_cart_token(request))
        return Response(QuoteOutput.of(services.quote_order(holder=holder, **body)))


class OneOrder(APIView):
    """GET returns an order: all of it to its customer and to staff, to a seller their own lines."""

    name = "Order"

    @operation(gives=AnyOrderOutput)
    def get(self, request: Request, order_id: UUID) -> Response:
        order = selectors.order_for(person=caller(request), order_id=order_id)
        return Response(shown(order, person=caller(request)))


class OrderCancellation(APIView):
    """POST cancels an order."""

    @operation(gives=AnyOrderOutput, refuses=[errors.NotCancellable])
    def post(self, request: Request, order_id: UUID) -> Response:
        order = services.cancel_order(person=caller(request), order_id=order_id, now=clock.now())
        return Response(shown(order, person=caller(request)))


class OrderShipment(APIView):
    """POST marks the caller's lines of an order as shipped; for staff, all remaining lines."""

    @operation(takes=ShipOrderInput, gives=AnyOrderOutput, refuses=[errors.NotShippable])
    def post(self, request: Request, order_id: UUID) -> Response:
        body = ShipOrderInput.of(request.data)
        order = services.ship_order(person=caller(request), order_id=order_id, now=clock.now(), **body)
        return Response(shown(order, person=caller(request)))


class OrderDelivery(APIView):
    """POST marks an order as delivered."""

    @operation(gives=AnyOrderOutput, refuses=[errors.NotDeliverable])
    def post(self, request: Request, order_id: UUID) -> Response:
        order = services.deliver_order(person=caller(request), order_id=order_id, now=clock.now())
        return Response(shown(order, person=caller(request)))


def _cart_token(request: Request) -> str:
    return request.headers.get(carts.TOKEN_HEADER, "")
