"""How notifications are asked for and shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.operations import page_of
from common.api.serializers import Input
from notify_svc.notifications.models import Notification
from notify_svc.notifications.services import Ticket


class NotificationFilter(Input):
    """What a list may be narrowed by."""

    unread = serializers.BooleanField(required=False)


class FlagField(serializers.BooleanField):
    """True or false, and nothing that merely looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictInput(Input):
    """A name that is misspelt is not taken for one that is left out."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().to_internal_value(data)
        unknown = {name: ["There is no such choice."] for name in data if name not in self.fields}
        if unknown:
            raise serializers.ValidationError(unknown)
        return values


class ChannelsInput(StrictInput):
    """How to be told at once; what is left out stays on."""

    live = FlagField(required=False)
    mail = FlagField(required=False)


class PreferencesInput(StrictInput):
    """For each group of events; what is left out stays on."""

    example = {"orders": {"live": True, "mail": True}, "reviews": {"mail": False}}

    orders = ChannelsInput(required=False)
    sales = ChannelsInput(required=False)
    reviews = ChannelsInput(required=False)
    stock = ChannelsInput(required=False)


class NotificationOutput(serializers.ModelSerializer[Notification]):
    """A notification, as its reader sees it."""

    read_at = serializers.DateTimeField(source="was_read_at", allow_null=True)

    class Meta:
        model = Notification
        fields = ["id", "sequence", "event", "title", "body", "data", "created_at", "read_at"]


class NotificationPage(page_of(NotificationOutput)):  # type: ignore[misc]  # a class made when it is asked for
    """Some of somebody's notifications, and how many of all are unread."""

    unread_count = serializers.IntegerField()


class ChannelsOutput(serializers.Serializer[Any]):
    """How somebody is told at once."""

    live = serializers.BooleanField()
    mail = serializers.BooleanField()


class PreferencesOutput(serializers.Serializer[Any]):
    """For each group of events."""

    orders = ChannelsOutput()
    sales = ChannelsOutput()
    reviews = ChannelsOutput()
    stock = ChannelsOutput()


class TicketOutput(serializers.Serializer[Ticket]):
    """A ticket for one socket."""

    ticket = serializers.CharField()
    expires_at = serializers.DateTimeField()
