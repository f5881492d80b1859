"""Recipients, as notify_svc knows them; they are changed in user_svc."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin

from common.admin.columns import Column, badges_column, elsewhere
from common.admin.model_admin import ServiceAdmin
from common.topology import USERS
from notify_svc.recipients.models import Recipient


@admin.register(Recipient)
class RecipientAdmin(ServiceAdmin):
    """A copy of people's names and addresses."""

    account = Column("account", lambda person: elsewhere(USERS.admin_path, "accounts/user", person.user_id))
    list_display = ("email", "full_name", badges_column("roles"), "is_active", account)
    shows = (*list_display, "version")
    search_by = {"pk": UUID}
    search_help_text = "The id of an account."
