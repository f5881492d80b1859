"""People's own wishlists over HTTP."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.authentication import caller_id
from common.api.operations import operation, page_of
from user_svc.wishlists import errors, selectors, services
from user_svc.wishlists.api.serializers import WishInput, WishOutput
from user_svc.wishlists.models import WishlistItem


class Wishlist(ListAPIView[WishlistItem]):
    """GET lists the caller's wishlist, POST adds a product to the wishlist."""

    serializer_class = WishOutput

    def get_queryset(self) -> QuerySet[WishlistItem]:
        return selectors.wishlist_of(user_id=caller_id(self.request))

    @operation(gives=page_of(WishOutput))
    def get(self, request: Request) -> Response:
        return self.list(request)

    @operation(takes=WishInput, gives=WishOutput, status=201, or_statuses=[200], refuses=[errors.WishlistFull])
    def post(self, request: Request) -> Response:
        body = WishInput.of(request.data)
        item, is_new = services.wish_for(user_id=caller_id(request), product_id=body["product"])
        return Response(WishOutput(item).data, status=201 if is_new else 200)


class Wish(APIView):
    """DELETE removes a product from the caller's wishlist."""

    name = "Product on the wishlist"

    @operation()
    def delete(self, request: Request, product_id: UUID) -> Response:
        services.forget_wish(user_id=caller_id(request), product_id=product_id)
        return Response(status=204)
