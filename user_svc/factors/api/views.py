"""Second factors over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.authentication import caller, caller_id, source_of
from common.api.operations import operation, page_of
from common.api.permissions import Anyone
from user_svc.accounts.services import InvalidChallenge, PasswordChangedMeanwhile
from user_svc.factors import errors, selectors, services
from user_svc.factors.api.serializers import (
    AssertionInput,
    CeremonyOutput,
    ChallengeInput,
    CodeInput,
    EnrolmentOutput,
    FactorsOutput,
    PasskeyInput,
    PasskeyNameInput,
    PasskeyOutput,
    ProofInput,
    RecoveryCodesOutput,
    RegisteredPasskeyOutput,
    SecondFactorInput,
    TokensOutput,
)
from user_svc.factors.models import Passkey


class Factors(APIView):
    """GET returns which second factors the caller has set up."""

    name = "Second factors"

    @operation(gives=FactorsOutput)
    def get(self, request: Request) -> Response:
        return Response(FactorsOutput(selectors.factors_of(user_id=caller_id(request))).data)


@method_decorator(never_cache, name="dispatch")
class Totp(APIView):
    """POST generates a secret for one-time codes (TOTP), DELETE disables one-time codes."""

    name = "One-time codes"

    @operation(takes=ProofInput, gives=EnrolmentOutput, status=201, refuses=[errors.TotpIsOn, PasswordChangedMeanwhile])
    def post(self, request: Request) -> Response:
        return Response(
            EnrolmentOutput(services.begin_totp(user_id=caller_id(request), **_proof(request))).data, status=201
        )

    @operation(takes=ProofInput, refuses=[errors.TotpNotFound, PasswordChangedMeanwhile])
    def delete(self, request: Request) -> Response:
        services.remove_totp(**_person(request), **_proof(request))
        return Response(status=204)


@method_decorator(never_cache, name="dispatch")
class TotpConfirmation(APIView):
    """POST enables one-time codes, with a first code as proof."""

    name = "First one-time code"

    @operation(
        takes=CodeInput, gives=RecoveryCodesOutput, refuses=[errors.WrongCode, errors.TotpNotBegun, errors.TotpIsOn]
    )
    def post(self, request: Request) -> Response:
        body = CodeInput.of(request.data)
        codes = services.confirm_totp(**_person(request), code=body["code"], source=source_of(request), now=clock.now())
        return Response(RecoveryCodesOutput({"recovery_codes": codes}).data)


@method_decorator(never_cache, name="dispatch")
class RecoveryCodes(APIView):
    """POST generates new recovery codes and invalidates the old ones."""

    @operation(
        takes=ProofInput,
        gives=RecoveryCodesOutput,
        status=201,
        refuses=[errors.NoSecondFactor, PasswordChangedMeanwhile],
    )
    def post(self, request: Request) -> Response:
        codes = services.renew_recovery_codes(user_id=caller_id(request), **_proof(request))
        return Response(RecoveryCodesOutput({"recovery_codes": codes}).data, status=201)


@method_decorator(never_cache, name="dispatch")
class PasskeyOptions(APIView):
    """POST returns the options with which a browser creates a passkey (WebAuthn)."""

    @operation(takes=ProofInput, gives=CeremonyOutput, refuses=[errors.TooManyPasskeys])
    def post(self, request: Request) -> Response:
        ceremony = services.begin_passkey(user_id=caller_id(request), **_proof(request))
        return Response(CeremonyOutput(ceremony).data)


@method_decorator(never_cache, name="dispatch")
class PasskeyList(ListAPIView[Passkey]):
    """GET lists the caller's passkeys, POST registers a passkey that a browser has created."""

    name = "Passkeys"
    serializer_class = PasskeyOutput

    def get_queryset(self) -> QuerySet[Passkey]:
        return selectors.passkeys_of(user_id=caller_id(self.request))

    @operation(gives=page_of(PasskeyOutput))
    def get(self, request: Request) -> Response:
        return self.list(request)

    @operation(
        takes=PasskeyInput,
        gives=RegisteredPasskeyOutput,
        status=201,
        refuses=[errors.BadPasskey, errors.RegistrationExpired, errors.TooManyPasskeys, errors.PasskeyTaken],
    )
    def post(self, request: Request) -> Response:
        body = PasskeyInput.of(request.data)
        passkey, codes = services.register_passkey(**_person(request), **body, now=clock.now())
        registered = {"passkey": passkey, "recovery_codes": codes}
        return Response(RegisteredPasskeyOutput(registered).data, status=201)


class OnePasskey(APIView):
    """PATCH renames one of the caller's passkeys, DELETE deletes a passkey."""

    name = "Passkey"

    @operation(takes=PasskeyNameInput, gives=PasskeyOutput)
    def patch(self, request: Request, passkey_id: UUID) -> Response:
        body = PasskeyNameInput.of(request.data)
        passkey = services.rename_passkey(user_id=caller_id(request), passkey_id=passkey_id, name=body["name"])
        return Response(PasskeyOutput(passkey).data)

    @operation(takes=ProofInput, refuses=[PasswordChangedMeanwhile])
    def delete(self, request: Request, passkey_id: UUID) -> Response:
        services.remove_passkey(**_person(request), **_proof(request), passkey_id=passkey_id)
        return Response(status=204)


@method_decorator(never_cache, name="dispatch")
class SecondFactor(APIView):
    """POST completes a sign-in with a second factor: returns tokens."""

    permission_classes = [Anyone]

    @operation(takes=SecondFactorInput, gives=TokensOutput, refuses=[InvalidChallenge, errors.WrongAnswer])
    def post(self, request: Request) -> Response:
        body = SecondFactorInput.of(request.data)
        signed_in = services.answer_second_factor(
            challenge=body.pop("challenge"), answer=body, source=source_of(request), now=clock.now()
        )
        return Response(TokensOutput(signed_in).data)


@method_decorator(never_cache, name="dispatch")
class SecondFactorOptions(APIView):
    """POST returns the options with which a browser completes a sign-in with a passkey (WebAuthn)."""

    permission_classes = [Anyone]

    @operation(takes=ChallengeInput, gives=CeremonyOutput, refuses=[InvalidChallenge, errors.PasskeyNotFound])
    def post(self, request: Request) -> Response:
        body = ChallengeInput.of(request.data)
        return Response(CeremonyOutput(services.begin_second_passkey(**body, now=clock.now())).data)


@method_decorator(never_cache, name="dispatch")
class PasskeySignInOptions(APIView):
    """POST returns the options with which a browser signs in with a passkey alone (WebAuthn)."""

    permission_classes = [Anyone]

    @operation(gives=CeremonyOutput)
    def post(self, _request: Request) -> Response:
        return Response(CeremonyOutput(services.begin_passkey_alone(now=clock.now())).data)


@method_decorator(never_cache, name="dispatch")
class PasskeySignIn(APIView):
    """POST signs in with a passkey alone: returns tokens."""

    permission_classes = [Anyone]

    @operation(takes=AssertionInput, gives=TokensOutput, refuses=[InvalidChallenge, errors.WrongAnswer])
    def post(self, request: Request) -> Response:
        body = AssertionInput.of(request.data)
        signed_in = services.sign_in_with_passkey(**body, source=source_of(request), now=clock.now())
        return Response(TokensOutput(signed_in).data)


def _person(request: Request) -> dict[str, Any]:
    """The caller, and their session, which stays open when the others end."""
    return {"user_id": caller_id(request), "session_id": caller(request).session_id}


def _proof(request: Request) -> dict[str, Any]:
    """The caller's password, which they have to send again."""
    body = ProofInput.of(request.data)
    return {"current": body["current"], "source": source_of(request), "now": clock.now()}
