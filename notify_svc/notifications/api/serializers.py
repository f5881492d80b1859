"""How notifications are asked for and shown."""

from __future__ import annotations

from rest_framework import serializers

from common.api.serializers import Input
from notify_svc.notifications.models import Notification
from notify_svc.notifications.services import Ticket


class NotificationFilter(Input):
    """What a list may be narrowed by."""

    unread = serializers.BooleanField(required=False)


class NotificationOutput(serializers.ModelSerializer[Notification]):
    """A notification, as its reader sees it."""

    class Meta:
        model = Notification
        fields = ["id", "sequence", "event", "title", "body", "data", "created_at", "read_at"]


class TicketOutput(serializers.Serializer[Ticket]):
    """A ticket for one socket."""

    ticket = serializers.CharField()
    expires_at = serializers.DateTimeField()
