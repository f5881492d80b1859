"""How a total came about, as it is shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.serializers import MoneyField
from common.money import Money
from order_svc.pricing.services import Part, Sum, Totals

STEPS = ("lines", "discounts", "shipping", "tax", "rounding")


class PartOutput(serializers.Serializer[Any]):
    """One amount, with the rule, the base and the rate it was calculated from."""

    rule = serializers.CharField()
    of = serializers.CharField(help_text="A SKU, shipping or total.")
    base = MoneyField()
    rate = serializers.CharField()
    amount = MoneyField()
    is_included = serializers.BooleanField(help_text="It lies within the other amounts, and is not added to them.")


class SumOutput(serializers.Serializer[Any]):
    """The amount of one step, and its parts."""

    amount = MoneyField()
    parts = PartOutput(many=True)


class TotalsOutput(serializers.Serializer[Any]):
    """All steps. Those that are not included in another add up to the total."""

    lines = SumOutput()
    discounts = SumOutput()
    shipping = SumOutput()
    tax = SumOutput()
    rounding = SumOutput()
    total = MoneyField()

    def to_representation(self, instance: Totals) -> dict[str, Any]:
        steps = {step: _sum(getattr(instance, step), instance.currency) for step in STEPS}
        return super().to_representation({**steps, "total": instance.total})


def _sum(step: Sum, currency: str) -> dict[str, Any]:
    return {
        "amount": Money(step.amount_minor, currency),
        "parts": [_part(part, currency) for part in step.parts],
    }


def _part(part: Part, currency: str) -> dict[str, Any]:
    return {
        "rule": part.rule,
        "of": part.of,
        "base": Money(part.base_minor, currency),
        "rate": part.rate,
        "amount": Money(part.amount_minor, currency),
        "is_included": part.is_included,
    }
