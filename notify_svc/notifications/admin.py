"""What people were told, for staff who are asked why somebody was not."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest

from common import clock
from common.admin.actions import service_action
from common.admin.columns import (
    BAD,
    GOOD,
    WAITING,
    Column,
    badge_column,
    badges_column,
    elsewhere,
    json_column,
    link_column,
    moment,
)
from common.admin.model_admin import RowsInline, ServiceAdmin
from common.admin.models import Operator
from common.topology import USERS
from notify_svc.notifications import selectors, services
from notify_svc.notifications.models import Delivery, Feed, Notification

TONES = {
    Delivery.Status.PENDING: WAITING,
    Delivery.Status.SENT: GOOD,
    Delivery.Status.FAILED: BAD,
    Delivery.Status.REFUSED: BAD,
}
NEXT_ATTEMPT = Column("next attempt at", lambda delivery: moment(delivery.due_at))


def _to_account(user_id: UUID) -> str:
    return elsewhere(USERS.admin_path, "accounts/user", user_id)


class DeliveryInline(RowsInline):
    """The deliveries of a notification."""

    model = Delivery
    shows = ("channel", badge_column("status", TONES), "attempts", NEXT_ATTEMPT, "sent_at", "last_error")


@admin.register(Notification)
class NotificationAdmin(ServiceAdmin):
    """All notifications, the newest first."""

    recipient = Column("recipient", lambda notification: _to_account(notification.user_id))
    read_at = Column("read at", lambda notification: moment(notification.was_read_at))
    list_display = ("title", recipient, "audience", "event", "created_at", read_at)
    shows = (
        *("id", "title", "body", recipient, "audience", "event", "sequence", "is_live", "created_at", read_at),
        json_column("data"),
    )
    inlines = (DeliveryInline,)
    ordering = ("-created_at",)
    search_by = {"user_id": UUID, "pk": UUID}
    search_help_text = "The id of a recipient or of a notification."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        feed = Feed.objects.filter(user_id=OuterRef("user_id"))
        return selectors.with_reading(super().get_queryset(request), feed=feed)


class UnsentFilter(admin.SimpleListFilter):
    """Deliveries that were not sent, which have a database index of their own."""

    title = "state"
    parameter_name = "state"

    _ended: ClassVar[dict[str, str]] = {Delivery.Status.FAILED: "given up", Delivery.Status.REFUSED: "refused for good"}

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [("unsent", "not sent"), *self._ended.items()]

    def queryset(self, _request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        unsent = queryset.exclude(status=Delivery.Status.SENT)
        return unsent.filter(status=self.value()) if self.value() in self._ended else unsent


@admin.register(Delivery)
class DeliveryAdmin(ServiceAdmin):
    """Letters: pending, sent, refused or given up."""

    status = badge_column("status", TONES)
    recipient = Column("recipient", lambda delivery: _to_account(delivery.notification.user_id))
    list_display = ("channel", status, link_column("notification"), recipient, "attempts", NEXT_ATTEMPT, "sent_at")
    list_filter = (UnsentFilter,)
    list_select_related = ("notification",)
    shows = ("id", *list_display, "last_error")
    ordering = ("-next_attempt_at",)
    search_by = {"notification__user_id": UUID}
    search_help_text = "The id of a recipient."

    @service_action("Try again now", in_bulk=True, applies=lambda delivery: delivery.status != Delivery.Status.SENT)
    def try_again_now(self, _person: Operator, delivery: Delivery) -> None:
        """It is sent within seconds, even if it was given up or refused; what hinders it then stands here as before."""
        services.try_again_now(delivery_id=delivery.pk, now=clock.now())


@admin.register(Feed)
class FeedAdmin(ServiceAdmin):
    """What people chose not to be told at once, and the last sequence number of their notifications."""

    account = Column("account", lambda feed: _to_account(feed.user_id))
    muted = badges_column("muted", label="switched off")
    list_display = ("user_id", muted, "last_sequence")
    shows = (account, muted, "last_sequence", "read_up_to", "all_read_at")
    search_by = {"pk": UUID}
    search_help_text = "The id of an account."
