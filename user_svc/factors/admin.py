"""Passkeys. Other second factors are not shown to anybody; all of them are removed on an account's page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin

from common.admin.columns import link_column
from common.admin.model_admin import ServiceAdmin
from user_svc.factors.models import Passkey


@admin.register(Passkey)
class PasskeyAdmin(ServiceAdmin):
    """The public halves of the keys that people sign in with."""

    list_display = ("name", link_column("user", "account"), "is_synced", "last_used_at", "created_at")
    list_select_related = ("user",)
    shows = list_display
    search_by = {"pk": UUID, "user_id": UUID}
    search_help_text = "The id of an account."
