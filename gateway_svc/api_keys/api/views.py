"""People's own keys over HTTP. A key itself opens none of this."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.authentication import caller, caller_id
from common.api.operations import operation, page_of
from gateway_svc.api_keys import errors, selectors, services
from gateway_svc.api_keys.api.serializers import ApiKeyInput, ApiKeyOutput, NewApiKeyOutput
from gateway_svc.api_keys.models import ApiKey


class ApiKeyList(ListAPIView[ApiKey]):
    """GET lists the caller's API keys, POST creates an API key; the key itself is returned only this time."""

    name = "API keys"
    serializer_class = ApiKeyOutput

    def get_queryset(self) -> QuerySet[ApiKey]:
        return selectors.keys_of(user_id=caller_id(self.request), now=clock.now())

    @operation(gives=page_of(ApiKeyOutput))
    def get(self, request: Request) -> Response:
        return self.list(request)

    @operation(takes=ApiKeyInput, gives=NewApiKeyOutput, status=201, refuses=[errors.TooManyApiKeys])
    def post(self, request: Request) -> Response:
        body, person = ApiKeyInput.of(request.data), caller(request)
        made, key = services.make_key(
            user_id=caller_id(request), user_name=person.name, roles=sorted(person.roles), now=clock.now(), **body
        )
        answer = {**ApiKeyOutput(made).data, "key": key}
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})


class OneApiKey(APIView):
    """GET returns one of the caller's API keys, DELETE revokes an API key."""

    name = "API key"

    @operation(gives=ApiKeyOutput)
    def get(self, request: Request, key_id: UUID) -> Response:
        key = selectors.key_of(user_id=caller_id(request), key_id=key_id, now=clock.now())
        return Response(ApiKeyOutput(key).data)

    @operation()
    def delete(self, request: Request, key_id: UUID) -> Response:
        services.revoke_key(user_id=caller_id(request), key_id=key_id, now=clock.now())
        return Response(status=204)
