"""Sign-ins that are over, for those who are asked why somebody was signed out."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin

from common.admin.columns import Column, elsewhere
from common.admin.model_admin import ServiceAdmin
from common.topology import USERS
from gateway_svc.sessions.models import EndedSession


@admin.register(EndedSession)
class EndedSessionAdmin(ServiceAdmin):
    """Those whose access tokens are refused although they have not expired; forgotten when all have."""

    account = Column("account", lambda session: elsewhere(USERS.admin_path, "accounts/user", session.user_id))
    list_display = ("session_id", account, "ended_at")
    shows = list_display
    ordering = ("-ended_at",)
    search_by = {"pk": str, "user_id": lambda term: str(UUID(term))}
    search_help_text = "The id of a session or of an account."
