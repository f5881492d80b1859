"""What is sent to and fro about keys."""

from typing import Any

from rest_framework import serializers

from common.api.serializers import Input, LineField
from gateway_svc.api_keys import rules


class ApiKeyInput(Input):
    """The name, the scopes and the lifetime in days of a new API key."""

    example = {"name": "stock of the warehouse", "scopes": ["catalogue:read", "catalogue:write"], "days": 90}

    name = LineField(max_length=rules.NAME_LENGTH)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=list(rules.SCOPES)), min_length=1, max_length=len(rules.SCOPES)
    )
    days = serializers.IntegerField(min_value=1, max_value=rules.MOST_DAYS, required=False, default=rules.DAYS)


class ApiKeyOutput(serializers.Serializer[Any]):
    """An API key, of which only the beginning is shown."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    hint = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewApiKeyOutput(ApiKeyOutput):
    """The new API key; ``key`` is returned only this time."""

    key = serializers.CharField()
