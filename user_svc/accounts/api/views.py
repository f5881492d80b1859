"""Accounts over HTTP."""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.authentication import caller_id
from common.api.permissions import Anyone
from user_svc.accounts import selectors, services
from user_svc.accounts.api.serializers import (
    CredentialsInput,
    RefreshInput,
    RegistrationInput,
    RegistrationOutput,
    SellerOutput,
    TokensOutput,
    UserOutput,
)


@method_decorator(never_cache, name="dispatch")
class Registration(APIView):
    """POST makes an account and signs its owner in."""

    permission_classes = [Anyone]

    def post(self, request: Request) -> Response:
        body = RegistrationInput.of(request.data)
        signed_in = services.register(**body, now=clock.now())
        return Response(RegistrationOutput(signed_in).data, status=201)


@method_decorator(never_cache, name="dispatch")
class SignIn(APIView):
    """POST trades an e-mail address and a password for tokens."""

    permission_classes = [Anyone]

    def post(self, request: Request) -> Response:
        body = CredentialsInput.of(request.data)
        signed_in = services.sign_in(**body, now=clock.now())
        return Response(TokensOutput(signed_in).data)


@method_decorator(never_cache, name="dispatch")
class TokenRefresh(APIView):
    """POST trades a refresh token for new tokens, once."""

    permission_classes = [Anyone]

    def post(self, request: Request) -> Response:
        body = RefreshInput.of(request.data)
        signed_in = services.refresh(token=body["refresh"], now=clock.now())
        return Response(TokensOutput(signed_in).data)


class SignOut(APIView):
    """POST ends the session of a refresh token."""

    permission_classes = [Anyone]

    def post(self, request: Request) -> Response:
        body = RefreshInput.of(request.data)
        services.sign_out(token=body["refresh"], now=clock.now())
        return Response(status=204)


class Me(APIView):
    """GET shows the caller their account."""

    def get(self, request: Request) -> Response:
        return Response(UserOutput(selectors.user_of(user_id=caller_id(request))).data)


class Seller(APIView):
    """GET shows everybody who somebody is that sells."""

    permission_classes = [Anyone]

    def get(self, _request: Request, seller_id: UUID) -> Response:
        return Response(SellerOutput(selectors.seller_of(seller_id=seller_id)).data)


@require_safe
@cache_control(public=True, max_age=300)
def key_set(_request: HttpRequest) -> JsonResponse:
    """The public keys of our access tokens, for everybody, with or without the gateway."""
    return JsonResponse(services.key_set())
