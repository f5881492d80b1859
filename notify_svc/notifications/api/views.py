"""A person's own notifications."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common import clock
from common.api.authentication import caller, caller_id
from common.api.holder import Holder
from common.api.operations import operation
from common.api.pagination import NewestFirst
from notify_svc.notifications import errors, selectors, services
from notify_svc.notifications.api.serializers import (
    NotificationFilter,
    NotificationOutput,
    NotificationPage,
    PreferencesInput,
    PreferencesOutput,
    TicketOutput,
)
from notify_svc.notifications.models import Notification


class LatestFirst(NewestFirst):
    """Pagination by sequence number."""

    ordering = ("-sequence",)


class NotificationList(ListAPIView[Notification]):
    """GET lists the caller's notifications, with the number of unread ones."""

    name = "Notifications"
    serializer_class = NotificationOutput
    pagination_class = LatestFirst

    @operation(query=NotificationFilter, gives=NotificationPage)
    def get(self, request: Request) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[Notification]:
        wanted = NotificationFilter.of(self.request.query_params.dict())
        return selectors.notifications_of(user_id=caller_id(self.request), is_unread=wanted.get("unread"))

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        response.data["unread_count"] = selectors.unread_count_of(user_id=caller_id(self.request))
        return response


class NotificationRead(APIView):
    """POST marks a notification as read."""

    name = "Notification read"

    @operation()
    def post(self, request: Request, notification_id: UUID) -> Response:
        services.read_notification(user_id=caller_id(request), notification_id=notification_id, now=clock.now())
        return Response(status=204)


class AllRead(APIView):
    """POST marks all of the caller's notifications as read."""

    name = "All notifications read"

    @operation()
    def post(self, request: Request) -> Response:
        services.read_all_notifications(user_id=caller_id(request), now=clock.now())
        return Response(status=204)


class Preferences(APIView):
    """GET returns the caller's preferences, by group of events and channel, PUT replaces the caller's preferences."""

    @operation(gives=PreferencesOutput)
    def get(self, request: Request) -> Response:
        return Response(selectors.choices_of(user_id=caller_id(request)))

    @operation(takes=PreferencesInput, gives=PreferencesOutput)
    def put(self, request: Request) -> Response:
        wanted = PreferencesInput.of(request.data)
        services.choose(user_id=caller_id(request), wanted=wanted)
        return Response(selectors.choices_of(user_id=caller_id(request)))


class SocketTicket(APIView):
    """POST returns a single-use ticket with which a browser opens the live feed."""

    name = "Ticket for the live feed"

    @operation(gives=TicketOutput, status=201, refuses=[errors.TicketsUnavailable])
    def post(self, request: Request) -> Response:
        holder = Holder(str(caller_id(request)), caller(request).session_id)
        ticket = services.issue_ticket(holder=holder, now=clock.now())
        return Response(TicketOutput(ticket).data, status=201)
