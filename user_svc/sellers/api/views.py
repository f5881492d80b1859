"""Sellers over HTTP."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.authentication import caller, caller_id
from common.api.operations import operation
from common.api.permissions import Anyone, Staff
from user_svc.sellers import errors, selectors, services
from user_svc.sellers.api.serializers import (
    AnySellerOutput,
    OwnSellerOutput,
    SellerOutput,
    ShopInput,
    SuspensionInput,
)


class Seller(APIView):
    """GET returns a seller's public profile."""

    permission_classes = [Anyone]

    @operation(gives=AnySellerOutput)
    def get(self, request: Request, seller_id: UUID) -> Response:
        viewer = caller(request)
        seller = selectors.seller_seen_by(seller_id=seller_id, viewer_id=viewer.id, is_staff=viewer.is_staff)
        is_insider = viewer.is_staff or viewer.id == seller_id
        return Response((OwnSellerOutput if is_insider else SellerOutput)(seller).data)


class OwnShop(APIView):
    """GET returns the caller's seller profile, PATCH updates the caller's seller profile."""

    name = "Your shop"

    @operation(gives=OwnSellerOutput)
    def get(self, request: Request) -> Response:
        return Response(OwnSellerOutput(selectors.own_seller(user_id=caller_id(request))).data)

    @operation(takes=ShopInput(partial=True), gives=OwnSellerOutput)
    def patch(self, request: Request) -> Response:
        changes = ShopInput.of(request.data, partial=True)
        return Response(OwnSellerOutput(services.change_shop(user_id=caller_id(request), changes=changes)).data)


class Approval(APIView):
    """POST approves a seller."""

    permission_classes = [Staff]

    @operation(gives=OwnSellerOutput, refuses=[errors.AccountIsDisabled])
    def post(self, _request: Request, seller_id: UUID) -> Response:
        return Response(OwnSellerOutput(services.approve_seller(seller_id=seller_id)).data)


class Suspension(APIView):
    """POST suspends a seller."""

    permission_classes = [Staff]

    @operation(takes=SuspensionInput, gives=OwnSellerOutput)
    def post(self, request: Request, seller_id: UUID) -> Response:
        body = SuspensionInput.of(request.data)
        return Response(OwnSellerOutput(services.suspend_seller(seller_id=seller_id, reason=body["reason"])).data)
