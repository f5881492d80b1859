"""Carts over HTTP, for customers and for guests, who show the token that they were given."""

from __future__ import annotations

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.authentication import caller
from common.api.operations import CART_TOKEN, operation
from common.api.permissions import Anyone
from order_svc.carts import errors, rules, services
from order_svc.carts.api.serializers import AddItemInput, CartOutput, ChangeItemInput

_REFUSALS = [errors.NotForSale, errors.OtherCurrency, errors.CartFull]


@method_decorator(never_cache, name="dispatch")
class CartView(APIView):
    """The base of all cart views: every caller has a cart, guests by its token."""

    permission_classes = [Anyone]

    def holder(self, request: Request) -> rules.Holder:
        """The caller, as a holder of a cart."""
        return services.holder_of(customer_id=caller(request).id, token=request.headers.get(services.TOKEN_HEADER, ""))

    def answer(self, holder: rules.Holder, contents: rules.Contents | None, *, status: int = 200) -> Response:
        """The cart, and for a guest the token to show next time."""
        token = services.token_of(holder)
        body = None if contents is None else CartOutput.of(contents)
        return Response(body, status=status, headers={services.TOKEN_HEADER: token} if token else None)


class Cart(CartView):
    """GET returns the caller's cart."""

    @operation(gives=CartOutput, headers=[CART_TOKEN], marks=[CART_TOKEN])
    def get(self, request: Request) -> Response:
        holder = self.holder(request)
        return self.answer(holder, services.read_cart(holder=holder))


class Items(CartView):
    """POST adds a SKU to the cart."""

    name = "Items in the cart"

    @operation(
        takes=AddItemInput, gives=CartOutput, status=201, refuses=_REFUSALS, headers=[CART_TOKEN], marks=[CART_TOKEN]
    )
    def post(self, request: Request) -> Response:
        holder = self.holder(request)
        contents = services.add_item(holder=holder, **AddItemInput.of(request.data))
        return self.answer(holder, contents, status=201)


class OneItem(CartView):
    """PATCH sets the quantity of a SKU in the cart, DELETE removes a SKU from the cart."""

    name = "Item in the cart"

    @operation(takes=ChangeItemInput, gives=CartOutput, refuses=_REFUSALS, headers=[CART_TOKEN], marks=[CART_TOKEN])
    def patch(self, request: Request, sku: str) -> Response:
        holder = self.holder(request)
        contents = services.change_item(holder=holder, sku=sku, **ChangeItemInput.of(request.data))
        return self.answer(holder, contents)

    @operation(headers=[CART_TOKEN], marks=[CART_TOKEN])
    def delete(self, request: Request, sku: str) -> Response:
        holder = self.holder(request)
        services.remove_item(holder=holder, sku=sku)
        return self.answer(holder, None, status=204)
