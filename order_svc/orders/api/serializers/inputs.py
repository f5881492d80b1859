"""Orders as they are asked for."""

from __future__ import annotations

import unicodedata
from typing import Any

from babel import Locale
from rest_framework import serializers

from common.api.serializers import IdField, Input, LineField, MoneyField, PatternField, TextField, WholeNumberField
from order_svc.orders import rules
from order_svc.orders.models import Status

# What CLDR names beyond ISO 3166-1: reserved and invented codes, groups of countries.
_NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES


COUNTRIES = sorted(filter(_is_country, map(str, Locale("en").territories)))


class CountryField(serializers.ChoiceField):
    """An ISO 3166-1 alpha-2 code, in upper or lower case."""

    def to_internal_value(self, data: Any) -> str:
        code: str = super().to_internal_value(data.upper() if isinstance(data, str) else data)
        return code


class AddressInput(Input):
    """The shipping address; city and postal code are required where the country has them."""

    example = {
        "full_name": "Ada Lovelace",
        "line1": "12 St James's Square",
        "city": "London",
        "postal_code": "SW1Y 4JH",
        "country": "GB",
    }

    full_name = LineField(max_length=200)
    line1 = LineField(max_length=200)
    line2 = LineField(max_length=200, required=False, allow_blank=True, allow_null=True)
    city = LineField(max_length=100, required=False, allow_blank=True, allow_null=True)
    region = LineField(max_length=100, required=False, allow_blank=True, allow_null=True)
    postal_code = LineField(max_length=20, required=False, allow_blank=True, allow_null=True)
    country = CountryField(COUNTRIES, help_text="ISO 3166-1 alpha-2")
    phone = PatternField(r"^\+[1-9][0-9]{6,14}\Z", required=False, allow_blank=True, allow_null=True, help_text="E.164")

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Without what was left empty, and the postal code as it is usually written."""
        values = {name: value for name, value in super().to_internal_value(data).items() if value}
        if missing := rules.needed_in_address(values["country"]) - values.keys():
            raise serializers.ValidationError({name: [self.error_messages["required"]] for name in sorted(missing)})
        # Japanese keyboards write digits of full width.
        postal_code = unicodedata.normalize("NFKC", values.get("postal_code", "")).upper()
        if not postal_code:
            return values
        if fault := rules.fault_of_postal_code(postal_code, country=values["country"]):
            raise serializers.ValidationError({"postal_code": [fault]})
        return {**values, "postal_code": postal_code}


class OrderItemInput(Input):
    """A SKU and its quantity."""

    sku = TextField(max_length=128)
    quantity = WholeNumberField(min_value=1, max_value=rules.MAX_QUANTITY)


class PaymentInput(Input):
    """The payment provider, and the token that it gave the customer."""

    provider = TextField(max_length=32)
    token = TextField(max_length=255)


class PlaceOrderInput(Input):
    """Items, shipping address and payment. Without items, the caller's cart is ordered."""

    example = {
        "items": [{"sku": "POT-1", "quantity": 1}],
        "shipping_address": AddressInput.example,
        "payment": {"provider": "sandbox", "token": "tok_success"},
    }

    items = OrderItemInput(many=True, min_length=1, max_length=rules.MAX_LINES, required=False)
    shipping_address = AddressInput()
    payment = PaymentInput()
    expected_total = MoneyField(required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """As the service takes it."""
        values = super().to_internal_value(data)
        return {
            "items": _items(values),
            "shipping_address": values["shipping_address"],
            "provider": values["payment"]["provider"],
            "token": values["payment"]["token"],
            "expected_total": values.get("expected_total"),
        }


class QuoteInput(Input):
    """Items and shipping address. Without items, the caller's cart is quoted."""

    example = {"items": [{"sku": "POT-1", "quantity": 1}], "shipping_address": AddressInput.example}

    items = OrderItemInput(many=True, min_length=1, max_length=rules.MAX_LINES, required=False)
    shipping_address = AddressInput(required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """As the service takes it."""
        values = super().to_internal_value(data)
        return {"items": _items(values), "country": values.get("shipping_address", {}).get("country", "")}


class ShipOrderInput(Input):
    """The tracking number, optional."""

    example = {"tracking": "JD0002"}

    tracking = LineField(max_length=rules.MAX_TRACKING, required=False, allow_blank=True, allow_null=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """As the service takes it."""
        return {"tracking": super().to_internal_value(data).get("tracking") or ""}


class OrderFilter(Input):
    """Filters of the list of orders."""

    status = serializers.ChoiceField(Status.choices, required=False)
    number = TextField(max_length=16, required=False)
    customer = IdField(required=False, help_text="For staff.")


def _items(values: dict[str, Any]) -> list[rules.Item] | None:
    return [rules.Item(**item) for item in values["items"]] if "items" in values else None
