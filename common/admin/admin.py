"""What was done in this admin, and by whom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.html import format_html

from common.admin.columns import EMPTY, Column
from common.admin.model_admin import ServiceAdmin


def _to_row(entry: Any) -> str:
    address = entry.get_admin_url()
    return format_html('<a href="{}">{}</a>', address, entry.object_repr) if address else entry.object_repr or EMPTY


@admin.register(LogEntry)
class LogEntryAdmin(ServiceAdmin):
    """Who did what with which row."""

    what = Column("what", lambda entry: entry.get_change_message())
    with_what = Column("with what", _to_row)
    list_display = ("action_time", "user", "content_type", with_what, what)
    shows = ("action_time", "user", "content_type", "object_id", with_what, what)
    list_select_related = ("user", "content_type")
    search_by = {"user_id": UUID}
    search_help_text = "The id of who did it."
