"""What is sent to and fro about accounts."""

from typing import Any

from rest_framework import serializers

from common.api.phones import PhoneField
from common.api.serializers import Input, LineField, TextField
from user_svc.accounts import rules


class PasswordField(TextField):
    """A password. Spaces are kept."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=rules.PASSWORD_LENGTH, trim_whitespace=False, **kwargs)


class RegistrationInput(Input):
    example = {
        "email": "ada@example.com",
        "password": "correct horse battery",
        "full_name": "Ada Lovelace",
        "role": "customer",
    }

    email = TextField(max_length=rules.EMAIL_LENGTH)
    password = PasswordField()
    full_name = TextField(max_length=rules.NAME_LENGTH)
    role = serializers.ChoiceField(choices=tuple(rules.ROLES_OF_REGISTRATION), default="customer")


class CredentialsInput(Input):
    example = {"email": "ada@example.com", "password": "correct horse battery"}

    email = TextField(max_length=rules.EMAIL_LENGTH)
    password = PasswordField()


class RefreshInput(Input):
    example = {"refresh": "the refresh token that signing in gave"}

    refresh = TextField(max_length=512)


class PasswordChangeInput(Input):
    example = {"current": "correct horse battery", "new": "a longer walk home"}

    current = PasswordField()
    new = PasswordField()


class PasswordResetInput(Input):
    example = {"email": "ada@example.com"}

    email = TextField(max_length=rules.EMAIL_LENGTH)


class PasswordResetConfirmationInput(Input):
    example = {"token": "the token of the letter", "new": "a longer walk home"}

    token = TextField(max_length=512)
    new = PasswordField()


class EmailVerificationInput(Input):
    example = {"token": "the token of the letter"}

    token = TextField(max_length=512)


class LocaleField(TextField):
    """A language tag such as de or pt-BR (BCP 47)."""

    default_error_messages = {"locale": "A language and perhaps a region, such as de or pt-BR."}

    def to_internal_value(self, data: Any) -> str:
        locale = rules.canonical_locale(super().to_internal_value(data))
        if locale is None:
            self.fail("locale")
        return locale


class ProfileInput(Input):
    """The fields to update. Changing the e-mail address requires the ``current`` password."""

    example = {"full_name": "Ada King", "phone": "+41446681800", "locale": "en-GB"}

    full_name = LineField(max_length=rules.NAME_LENGTH)
    phone = PhoneField(allow_blank=True)
    locale = LocaleField(max_length=rules.LOCALE_LENGTH)
    email = TextField(max_length=rules.EMAIL_LENGTH)
    current = PasswordField()


class UserOutput(serializers.Serializer[Any]):
    """An account, as shown to its owner."""

    id = serializers.UUIDField()
    email = serializers.CharField()
    full_name = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())


class ProfileOutput(UserOutput):
    """An account with its profile."""

    phone = serializers.CharField()
    locale = serializers.CharField()
    is_email_verified = serializers.BooleanField()
    new_email = serializers.CharField()
    """The address that is to replace the other one, once it is verified; else empty."""


class TokensOutput(serializers.Serializer[Any]):
    """Access and refresh token."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class RegistrationOutput(TokensOutput):
    """The new account, with its first tokens."""

    user = UserOutput()
