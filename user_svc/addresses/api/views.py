"""People's own addresses over HTTP."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.authentication import caller_id
from common.api.operations import operation, page_of
from user_svc.addresses import errors, selectors, services
from user_svc.addresses.api.serializers import AddressInput, AddressOutput
from user_svc.addresses.models import Address
from user_svc.addresses.rules import PostalAddress


class AddressList(ListAPIView[Address]):
    """GET lists the caller's addresses, POST adds an address."""

    name = "Addresses"
    serializer_class = AddressOutput

    def get_queryset(self) -> QuerySet[Address]:
        return selectors.addresses_of(user_id=caller_id(self.request))

    @operation(gives=page_of(AddressOutput))
    def get(self, request: Request) -> Response:
        return self.list(request)

    @operation(takes=AddressInput, gives=AddressOutput, status=201, refuses=[errors.TooManyAddresses])
    def post(self, request: Request) -> Response:
        body = AddressInput.of(request.data)
        is_default = body.pop("is_default", False)
        address = services.keep_address(
            user_id=caller_id(request), address=PostalAddress(**body), is_default=is_default
        )
        return Response(AddressOutput(address).data, status=201)


class OneAddress(APIView):
    """GET returns one of the caller's addresses, PATCH updates an address, DELETE deletes an address."""

    name = "Address"

    @operation(gives=AddressOutput)
    def get(self, request: Request, address_id: UUID) -> Response:
        address = selectors.address_of(user_id=caller_id(request), address_id=address_id)
        return Response(AddressOutput(address).data)

    @operation(takes=AddressInput(partial=True), gives=AddressOutput)
    def patch(self, request: Request, address_id: UUID) -> Response:
        changes = AddressInput.of(request.data, partial=True)
        address = services.change_address(user_id=caller_id(request), address_id=address_id, changes=changes)
        return Response(AddressOutput(address).data)

    @operation()
    def delete(self, request: Request, address_id: UUID) -> Response:
        services.forget_address(user_id=caller_id(request), address_id=address_id)
        return Response(status=204)
