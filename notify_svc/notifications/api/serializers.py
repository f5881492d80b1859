"""How notifications are asked for and shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.operations import page_of
from common.api.serializers import Input
from notify_svc.notifications.models import Notification
from notify_svc.notifications.services import Ticket


class NotificationFilter(Input):
    """Filters of the list of notifications."""

    unread = serializers.BooleanField(required=False)


class FlagField(serializers.BooleanField):
    """True or false; strings and numbers are refused."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictInput(Input):
    """Refuses unknown fields, so that a misspelt one is not ignored."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().to_internal_value(data)
        unknown = {name: ["There is no such choice."] for name in data if name not in self.fields}
        if unknown:
            raise serializers.ValidationError(unknown)
        return values


class ChannelsInput(StrictInput):
    """Channels; those left out stay on."""

    live = FlagField(required=False)
    mail = FlagField(required=False)


class PreferencesInput(StrictInput):
    """Channels for each group of events; those left out stay on."""

    example = {"orders": {"live": True, "mail": True}, "reviews": {"mail": False}}

    orders = ChannelsInput(required=False)
    sales = ChannelsInput(required=False)
    reviews = ChannelsInput(required=False)
    stock = ChannelsInput(required=False)


class NotificationOutput(serializers.ModelSerializer[Notification]):
    """A notification."""

    read_at = serializers.DateTimeField(source="was_read_at", allow_null=True)

    class Meta:
        model = Notification
        fields = ["id", "sequence", "event", "title", "body", "data", "created_at", "read_at"]


class NotificationPage(page_of(NotificationOutput)):  # type: ignore[misc]  # a class made when it is asked for
    """A page of notifications, and the number of all unread ones."""

    unread_count = serializers.IntegerField()


class ChannelsOutput(serializers.Serializer[Any]):
    """The channels of a group of events."""

    live = serializers.BooleanField()
    mail = serializers.BooleanField()


class PreferencesOutput(serializers.Serializer[Any]):
    """The channels of each group of events."""

    orders = ChannelsOutput()
    sales = ChannelsOutput()
    reviews = ChannelsOutput()
    stock = ChannelsOutput()


class TicketOutput(serializers.Serializer[Ticket]):
    """A ticket, valid for one WebSocket."""

    ticket = serializers.CharField()
    expires_at = serializers.DateTimeField()
