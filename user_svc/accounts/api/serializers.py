"""What is sent to and fro about accounts."""

from typing import Any

from rest_framework import serializers

from common.api.serializers import Input, TextField
from user_svc.accounts import rules


class PasswordField(TextField):
    """A password as it was typed, spaces and all."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=rules.PASSWORD_LENGTH, trim_whitespace=False, **kwargs)


class RegistrationInput(Input):
    email = TextField(max_length=rules.EMAIL_LENGTH)
    password = PasswordField()
    full_name = TextField(max_length=rules.NAME_LENGTH)
    role = serializers.ChoiceField(choices=tuple(rules.ROLES_OF_REGISTRATION), default="customer")


class CredentialsInput(Input):
    email = TextField(max_length=rules.EMAIL_LENGTH)
    password = PasswordField()


class RefreshInput(Input):
    refresh = TextField(max_length=512)


class UserOutput(serializers.Serializer[Any]):
    """An account, as its owner sees it."""

    id = serializers.UUIDField()
    email = serializers.CharField()
    full_name = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())


class TokensOutput(serializers.Serializer[Any]):
    """What a program keeps to go on in somebody's name."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class RegistrationOutput(TokensOutput):
    """A new account, signed in."""

    user = UserOutput()


class SellerOutput(serializers.Serializer[Any]):
    """Somebody who sells, as everybody sees them."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="full_name")
    joined_at = serializers.DateTimeField(source="created_at")
