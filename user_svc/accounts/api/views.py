"""Accounts over HTTP."""

from django.http import HttpRequest, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.authentication import caller, caller_id, source_of
from common.api.operations import operation
from common.api.permissions import Anyone
from user_svc.accounts import errors, selectors, services
from user_svc.accounts.api.serializers import (
    CredentialsInput,
    EmailVerificationInput,
    PasswordChangeInput,
    PasswordResetConfirmationInput,
    PasswordResetInput,
    ProfileInput,
    ProfileOutput,
    RefreshInput,
    RegistrationInput,
    RegistrationOutput,
    TokensOutput,
)


@method_decorator(never_cache, name="dispatch")
class Registration(APIView):
    """POST creates an account and signs its owner in."""

    permission_classes = [Anyone]

    @operation(takes=RegistrationInput, gives=RegistrationOutput, status=201, refuses=[errors.EmailTaken])
    def post(self, request: Request) -> Response:
        body = RegistrationInput.of(request.data)
        signed_in = services.register(**body, source=source_of(request), now=clock.now())
        return Response(RegistrationOutput(signed_in).data, status=201)


@method_decorator(never_cache, name="dispatch")
class SignIn(APIView):
    """POST signs in with e-mail address and password: returns tokens, or a challenge if a second factor is required."""

    permission_classes = [Anyone]

    @operation(
        takes=CredentialsInput, gives=TokensOutput, refuses=[errors.InvalidCredentials, errors.SecondFactorRequired]
    )
    def post(self, request: Request) -> Response:
        body = CredentialsInput.of(request.data)
        signed_in = services.sign_in(**body, source=source_of(request), now=clock.now())
        return Response(TokensOutput(signed_in).data)


@method_decorator(never_cache, name="dispatch")
class TokenRefresh(APIView):
    """POST exchanges a refresh token for new tokens; each refresh token works once."""

    permission_classes = [Anyone]

    @operation(takes=RefreshInput, gives=TokensOutput, refuses=[errors.InvalidToken])
    def post(self, request: Request) -> Response:
        body = RefreshInput.of(request.data)
        signed_in = services.refresh(token=body["refresh"], now=clock.now())
        return Response(TokensOutput(signed_in).data)


class SignOut(APIView):
    """POST ends the session that a refresh token belongs to."""

    permission_classes = [Anyone]

    @operation(takes=RefreshInput)
    def post(self, request: Request) -> Response:
        body = RefreshInput.of(request.data)
        services.sign_out(token=body["refresh"], now=clock.now())
        return Response(status=204)


class Me(APIView):
    """GET returns the caller's account, PATCH updates the caller's account."""

    name = "Your account"

    @operation(gives=ProfileOutput)
    def get(self, request: Request) -> Response:
        return Response(ProfileOutput(selectors.user_of(user_id=caller_id(request))).data)

    @operation(
        takes=ProfileInput(partial=True),
        gives=ProfileOutput,
        refuses=[errors.EmailTaken, errors.WrongPassword, errors.PasswordChangedMeanwhile],
    )
    def patch(self, request: Request) -> Response:
        changes = ProfileInput.of(request.data, partial=True)
        current = changes.pop("current", "")
        user = services.change_profile(
            user_id=caller_id(request), changes=changes, current=current, source=source_of(request), now=clock.now()
        )
        return Response(ProfileOutput(user).data)


class PasswordChange(APIView):
    """POST changes the caller's password, and ends all other sessions of theirs."""

    @operation(
        takes=PasswordChangeInput, refuses=[errors.WrongPassword, errors.PasswordChangedMeanwhile, errors.UserNotFound]
    )
    def post(self, request: Request) -> Response:
        body = PasswordChangeInput.of(request.data)
        services.change_password(
            user_id=caller_id(request),
            session_id=caller(request).session_id,
            source=source_of(request),
            now=clock.now(),
            **body,
        )
        return Response(status=204)


class PasswordReset(APIView):
    """POST e-mails a token for resetting a password; the response does not reveal whether the account exists."""

    permission_classes = [Anyone]

    @operation(takes=PasswordResetInput, status=202)
    def post(self, request: Request) -> Response:
        body = PasswordResetInput.of(request.data)
        services.request_password_reset(email=body["email"], now=clock.now())
        return Response(status=202)


class PasswordResetConfirmation(APIView):
    """POST sets a new password with the single-use token of a reset e-mail."""

    permission_classes = [Anyone]

    @operation(takes=PasswordResetConfirmationInput, refuses=[errors.BadLetterToken])
    def post(self, request: Request) -> Response:
        body = PasswordResetConfirmationInput.of(request.data)
        services.reset_password(**body, source=source_of(request), now=clock.now())
        return Response(status=204)


class EmailVerification(APIView):
    """POST verifies an e-mail address with the token that was sent to it."""

    permission_classes = [Anyone]

    @operation(takes=EmailVerificationInput, refuses=[errors.BadLetterToken, errors.EmailTaken])
    def post(self, request: Request) -> Response:
        body = EmailVerificationInput.of(request.data)
        services.verify_email(token=body["token"], now=clock.now())
        return Response(status=204)


class EmailVerificationRequest(APIView):
    """POST e-mails another verification token, if the caller has an address to verify."""

    @operation(status=202, refuses=[errors.UserNotFound])
    def post(self, request: Request) -> Response:
        services.request_email_verification(user_id=caller_id(request), now=clock.now())
        return Response(status=202)


@require_safe
@cache_control(public=True, max_age=300)
def key_set(_request: HttpRequest) -> JsonResponse:
    """The public keys of our access tokens, for everybody, with or without the gateway."""
    return JsonResponse(services.key_set())
