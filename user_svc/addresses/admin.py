"""Addresses, for staff who help with a lost parcel."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin
from django.utils.html import format_html_join

from common.admin.columns import Column, link_column
from common.admin.model_admin import ServiceAdmin
from user_svc.addresses.models import Address


@admin.register(Address)
class AddressAdmin(ServiceAdmin):
    """Where people have things sent."""

    on_parcel = Column("on a parcel", lambda address: format_html_join("", "{}<br>", zip(address.formatted)))
    list_display = ("full_name", "line1", "postal_code", "city", "country", link_column("user", "account"))
    list_select_related = ("user",)
    shows = (on_parcel, "phone", "is_default", link_column("user", "account"), "created_at", "updated_at")
    search_by = {"pk": UUID, "user_id": UUID}
    search_help_text = "The id of an address or of an account."
