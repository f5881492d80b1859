"""What payment providers send, and hear back."""

from typing import Any

from rest_framework import serializers

from common.api.serializers import Input


class NoticeInput(Input):
    """Whatever the provider sends, signed as the provider signs."""


class ReceivedOutput(serializers.Serializer[Any]):
    """The notice has arrived."""

    received = serializers.BooleanField()
