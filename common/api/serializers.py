"""How requests are read and values are written, the same in every service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import IO, Any, ClassVar, TypeVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from common.money import BadMoney, Money
from common.text import has_hidden_characters

S = TypeVar("S", bound=serializers.Serializer[Any])


@cache
def _made(kind: type[S]) -> S:
    """One of its kind, which reads and shows whatever it is given: to make its fields takes longer than to use them."""
    return kind()


class Output(serializers.Serializer[Any]):
    """What a client is shown."""

    @classmethod
    def of(cls, value: Any) -> dict[str, Any]:
        """A value as it is shown."""
        return dict(_made(cls).to_representation(value))


class Input(serializers.Serializer[Any]):
    """What a client sent. It translates and checks shapes; it writes nothing and decides nothing."""

    example: ClassVar[dict[str, Any]] = {}
    """One that would be accepted, for the API's document and pages."""

    @classmethod
    def of(cls, data: Any, *, partial: bool = False) -> dict[str, Any]:
        """The checked values. Raises ValidationError, which names each bad field."""
        if data is None:
            raise serializers.ValidationError("There is no data.")
        serializer = cls(partial=True) if partial else _made(cls)
        values: dict[str, Any] = serializer.run_validation(data)
        return values


class TextField(serializers.CharField):
    """A string and nothing else: a number is not taken for its digits."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class LineField(TextField):
    """One line of text that the eye sees all of: a name, a street."""

    default_error_messages = {"hidden": "Control characters and other invisible ones are not allowed."}

    def to_internal_value(self, data: Any) -> str:
        line = super().to_internal_value(data)
        if has_hidden_characters(line):
            self.fail("hidden")
        return line


class ProseField(LineField):
    """Several lines of such text."""

    def to_internal_value(self, data: Any) -> str:
        prose = TextField.to_internal_value(self, data)
        if has_hidden_characters(prose, but="\n\r\t"):
            self.fail("hidden")
        return prose


class PatternField(TextField, serializers.RegexField):
    """A string that matches a regular expression."""


class SlugField(TextField, serializers.SlugField):
    """A string of letters, digits, hyphens and underscores."""


class WholeNumberField(serializers.IntegerField):
    """A whole number, and nothing that merely looks like one: no text of digits, no truth value, no fraction."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class IdField(serializers.UUIDField):
    """An id as a string; a number is not taken for one."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class MoneyField(serializers.Field[Money, Any, dict[str, str], Any]):
    """``{"amount": "19.99", "currency": "USD"}``, a Money inside. Negative amounts are refused."""

    def to_internal_value(self, data: Any) -> Money:
        if not isinstance(data, Mapping) or set(data) != {"amount", "currency"}:
            raise serializers.ValidationError('Money is {"amount": "19.99", "currency": "USD"}.')
        amount, currency = data["amount"], data["currency"]
        if isinstance(amount, bool) or not isinstance(amount, str | int | float):
            raise serializers.ValidationError("An amount is a decimal number such as 19.99.")
        try:
            money = Money.parse(str(amount), str(currency))
        except BadMoney as error:
            raise serializers.ValidationError(str(error)) from None
        if money.minor < 0:
            raise serializers.ValidationError("An amount is not negative.")
        return money

    def to_representation(self, value: Money) -> dict[str, str]:
        return {"amount": value.amount(), "currency": value.currency}


class BoundedJSONParser(JSONParser):
    """JSON, refused politely also when it is nested more deeply than Python's parser goes, or is no Unicode text."""

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            # JSON can escape half of a surrogate pair (RFC 8259, section 8.2), which nothing can store or echo.
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError("JSON parse error - it is nested too deeply.") from None
        except UnicodeEncodeError:
            raise ParseError("JSON parse error - a surrogate stands without its other half.") from None
        return data
