"""What payment providers send, and hear back."""

from typing import Any

from rest_framework import serializers

from common.api.serializers import Input


class NoticeInput(Input):
    """The provider's own body, signed in the provider's own way."""


class ReceivedOutput(serializers.Serializer[Any]):
    """The webhook was accepted."""

    received = serializers.BooleanField()
