"""What is sent to and fro about sellers."""

from typing import Any

from rest_framework import serializers

from common.api.operations import OneOf
from common.api.serializers import Input, LineField, ProseField
from user_svc.sellers import rules


class ShopInput(Input):
    """The fields of a seller profile to update."""

    example = {"name": "Analytical Engines", "about": "Brass, and patience."}

    name = LineField(max_length=rules.NAME_LENGTH)
    about = ProseField(max_length=rules.ABOUT_LENGTH, allow_blank=True)


class SuspensionInput(Input):
    """The reason of the suspension, optional."""

    example = {"reason": "Parcels did not arrive."}

    reason = ProseField(max_length=rules.REASON_LENGTH, default=rules.UNTOLD_REASON)


class SellerOutput(serializers.Serializer[Any]):
    """A seller's public profile."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    about = serializers.CharField()
    status = serializers.CharField()
    joined_at = serializers.DateTimeField(source="created_at")


class OwnSellerOutput(SellerOutput):
    """A seller's profile, with the reason of a suspension."""

    reason = serializers.CharField()


class AnySellerOutput(OneOf):
    """A seller's profile; the seller and staff also see the reason of a suspension."""

    shapes = (SellerOutput, OwnSellerOutput)
