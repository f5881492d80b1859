"""What is sent to and fro about addresses."""

from typing import Any

from rest_framework import serializers

from common.api.phones import PhoneField
from common.api.serializers import Input, LineField
from user_svc.addresses import rules

_MAY_BE_LEFT_OUT: dict[str, Any] = {"required": False, "allow_blank": True, "allow_null": True}


class AddressInput(Input):
    """An address. Which of city, region and postal code are required depends on the country."""

    example = {
        "full_name": "Ada Lovelace",
        "line1": "12 St James's Square",
        "city": "London",
        "postal_code": "SW1Y 4JH",
        "country": "GB",
        "phone": "+442079304832",
    }

    full_name = LineField(max_length=rules.NAME_LENGTH)
    line1 = LineField(max_length=rules.LINE_LENGTH)
    line2 = LineField(max_length=rules.LINE_LENGTH, **_MAY_BE_LEFT_OUT)
    city = LineField(max_length=rules.CITY_LENGTH, **_MAY_BE_LEFT_OUT)
    region = LineField(max_length=rules.REGION_LENGTH, **_MAY_BE_LEFT_OUT)
    postal_code = LineField(max_length=rules.POSTAL_CODE_LENGTH, **_MAY_BE_LEFT_OUT)
    country = LineField(max_length=2)
    phone = PhoneField(**_MAY_BE_LEFT_OUT)
    is_default = serializers.BooleanField(required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Nothing is the same as an empty text."""
        values = super().to_internal_value(data)
        return {name: "" if value is None else value for name, value in values.items()}


class AddressOutput(serializers.Serializer[Any]):
    """An address, and the same as formatted lines."""

    id = serializers.UUIDField()
    full_name = serializers.CharField()
    line1 = serializers.CharField()
    line2 = serializers.CharField()
    city = serializers.CharField()
    region = serializers.CharField()
    postal_code = serializers.CharField()
    country = serializers.CharField()
    phone = serializers.CharField()
    is_default = serializers.BooleanField()
    formatted = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
