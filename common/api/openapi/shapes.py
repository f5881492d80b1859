"""How our own fields and serializers look in JSON Schema."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from rest_framework import serializers

Json = dict[str, Any]


class MoneyShape(OpenApiSerializerFieldExtension):
    """Money, wherever it stands."""

    target_class = "common.api.serializers.MoneyField"

    def get_name(self) -> str:
        return "Money"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Json:
        return {
            "type": "object",
            "description": "An exact amount, with as many decimal places as its currency has (ISO 4217).",
            "properties": {
                "amount": {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            },
            "required": ["amount", "currency"],
            "additionalProperties": False,
            "examples": [{"amount": "19.99", "currency": "USD"}],
        }


class ShapedFieldShape(OpenApiSerializerFieldExtension):
    """What a field says that its value looks like."""

    target_class = "common.api.operations.ShapedField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Json:
        shape = self.target.shape
        field = shape if isinstance(shape, serializers.Field) else shape()
        schema: Json = auto_schema._map_serializer_field(field, direction)
        return schema


class AsItIsFieldShape(ShapedFieldShape):
    """The same of one that is given as it was kept."""

    target_class = "common.api.operations.AsItIsField"


class OneOfShape(OpenApiSerializerExtension):
    """Any of several."""

    target_class = "common.api.operations.OneOf"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> Json:
        shapes = [auto_schema.resolve_serializer(shape, direction).ref for shape in self.target.shapes]
        return {"description": cleandoc(self.target.__doc__), "anyOf": shapes}
