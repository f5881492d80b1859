"""Browsers that are signed in, for those who help somebody who lost one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin

from common import clock
from common.admin.actions import service_action
from common.admin.columns import Column, elsewhere
from common.admin.model_admin import ServiceAdmin
from common.admin.models import Operator
from common.topology import USERS
from gateway_svc.browsers import services
from gateway_svc.browsers.models import BrowserSession


@admin.register(BrowserSession)
class BrowserSessionAdmin(ServiceAdmin):
    """Sign-ins at browsers, the newest first; neither cookies nor tokens can be read here."""

    account = Column("account", lambda session: elsewhere(USERS.admin_path, "accounts/user", session.user_id))
    list_display = ("session_id", account, "begun_at", "expires_at")
    shows = list_display
    ordering = ("-expires_at",)
    search_by = {"user_id": lambda term: str(UUID(term)), "session_id": str}
    search_help_text = "The id of an account or of a session."

    @service_action("Sign out", in_bulk=True)
    def sign_out(self, _person: Operator, session: BrowserSession) -> None:
        """This browser is signed out at once. An account's own page signs out all that somebody has."""
        services.end_session(digest=session.digest, now=clock.now())
