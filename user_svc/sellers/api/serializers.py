"""What is sent to and fro about sellers."""

from typing import Any

from rest_framework import serializers

from common.api.operations import OneOf
from common.api.serializers import Input, LineField, ProseField
from user_svc.sellers import rules


class ShopInput(Input):
    """What sellers say of themselves."""

    example = {"name": "Analytical Engines", "about": "Brass, and patience."}

    name = LineField(max_length=rules.NAME_LENGTH)
    about = ProseField(max_length=rules.ABOUT_LENGTH, allow_blank=True)


class SuspensionInput(Input):
    """Why somebody may sell no longer, if staff say so."""

    example = {"reason": "Parcels did not arrive."}

    reason = ProseField(max_length=rules.REASON_LENGTH, default=rules.UNTOLD_REASON)


class SellerOutput(serializers.Serializer[Any]):
    """Somebody who sells, as everybody sees them."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    about = serializers.CharField()
    status = serializers.CharField()
    joined_at = serializers.DateTimeField(source="created_at")


class OwnSellerOutput(SellerOutput):
    """The same for themselves and for staff, with the reason of a suspension."""

    reason = serializers.CharField()


class AnySellerOutput(OneOf):
    """A seller, with the reason of a suspension for themselves and for staff."""

    shapes = (SellerOutput, OwnSellerOutput)
