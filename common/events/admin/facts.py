"""The facts that a service told and heard."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest

from common.admin.columns import BAD, GOOD, WAITING, Column, badge, json_column
from common.admin.model_admin import ServiceAdmin
from common.events.models import HeardFact, OutboxMessage


def _state(message: OutboxMessage) -> str:
    if message.published_at:
        return badge("sent", GOOD)
    return badge("held back", BAD) if message.last_error else badge("waiting", WAITING)


class UnsentFilter(admin.SimpleListFilter):
    """Those that wait, which an index of their own lists."""

    title = "state"
    parameter_name = "state"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [("unsent", "not sent yet")]

    def queryset(self, _request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(published_at=None) if self.value() == "unsent" else queryset


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ServiceAdmin):
    """What was told, newest first, and whether it was sent."""

    state = Column("state", _state)
    list_display = ("name", "fact_id", state, "occurred_at", "published_at", "attempts")
    list_filter = (UnsentFilter,)
    shows = (
        *("name", "fact_id", state, "aggregate", "version", "is_required", "occurred_at", "published_at"),
        *("attempts", "next_attempt_at", "last_error", "request_id", "traceparent", json_column("data")),
    )
    search_by = {"fact_id": UUID}
    search_help_text = "The id of a fact."


@admin.register(HeardFact)
class HeardFactAdmin(ServiceAdmin):
    """What was heard, newest first."""

    list_display = ("name", "fact_id", "handler", "handled_at")
    shows = list_display
    ordering = ("-handled_at",)
    search_by = {"fact_id": UUID}
    search_help_text = "The id of a fact."
