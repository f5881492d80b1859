"""What is sent to and fro about second factors."""

import json
from typing import Any

from rest_framework import serializers

from common.api.serializers import Input, LineField, PatternField, TextField
from user_svc.factors import rules

_CHALLENGE_LENGTH = 512
_ANSWERS = ("code", "recovery_code", "assertion")


class CredentialField(serializers.DictField):
    """What ``navigator.credentials`` returned, as JSON (WebAuthn, 5.1)."""

    default_error_messages = {"too_long": "It is far larger than anything that a browser sends."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        credential: dict[str, Any] = super().to_internal_value(data)
        if len(json.dumps(credential)) > rules.CREDENTIAL_LENGTH:
            self.fail("too_long")
        return credential


class ProofInput(Input):
    """The caller's current password."""

    example = {"current": "correct horse battery"}

    current = TextField(max_length=rules.PASSWORD_LENGTH, trim_whitespace=False)


class CodeInput(Input):
    example = {"code": "123456"}

    code = PatternField(regex=r"\A[0-9]{6}\Z", error_messages={"invalid": "A code has six digits."})


class PasskeyInput(Input):
    example = {"challenge": "as the options gave it", "credential": {"id": "…"}, "name": "My telephone"}

    challenge = TextField(max_length=_CHALLENGE_LENGTH)
    credential = CredentialField()
    name = LineField(max_length=rules.NAME_LENGTH, default="Passkey")


class PasskeyNameInput(Input):
    example = {"name": "My telephone"}

    name = LineField(max_length=rules.NAME_LENGTH)


class ChallengeInput(Input):
    example = {"challenge": "as signing in gave it"}

    challenge = TextField(max_length=_CHALLENGE_LENGTH)


class AssertionInput(ChallengeInput):
    example = {"challenge": "as the options gave it", "assertion": {"id": "…"}}

    assertion = CredentialField()


class SecondFactorInput(ChallengeInput):
    """The challenge of the sign-in, and one second factor."""

    example = {"challenge": "as signing in gave it", "code": "123456"}

    code = PatternField(regex=r"\A[0-9]{6}\Z", required=False, error_messages={"invalid": "A code has six digits."})
    recovery_code = TextField(max_length=64, required=False)
    assertion = CredentialField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in _ANSWERS) != 1:
            raise serializers.ValidationError("Send one of code, recovery_code and assertion.")
        return attrs


class FactorsOutput(serializers.Serializer[Any]):
    """Which second factors are set up, and how many recovery codes are left."""

    methods = serializers.ListField(child=serializers.CharField())
    recovery_codes_left = serializers.IntegerField()


class EnrolmentOutput(serializers.Serializer[Any]):
    """The new secret, as text and as a URI for a QR code."""

    secret = serializers.CharField()
    uri = serializers.CharField()


class CeremonyOutput(serializers.Serializer[Any]):
    """A challenge to send back, and the options for ``navigator.credentials``."""

    challenge = serializers.CharField()
    options = serializers.JSONField()


class PasskeyOutput(serializers.Serializer[Any]):
    """A passkey, as shown to its owner."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    is_synced = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class RecoveryCodesOutput(serializers.Serializer[Any]):
    """Recovery codes, each valid once. They are returned only this time."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class RegisteredPasskeyOutput(RecoveryCodesOutput):
    """The new passkey; and recovery codes if its owner had none left, otherwise an empty list."""

    passkey = PasskeyOutput()


class TokensOutput(serializers.Serializer[Any]):
    """Access and refresh token."""

    access = serializers.CharField()
    refresh = serializers.CharField()
