"""Sellers, for staff who approve and suspend them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin

from common.admin.actions import ReasonForm, service_action
from common.admin.columns import BAD, GOOD, WAITING, badge_column, link_column
from common.admin.model_admin import ServiceAdmin
from common.admin.models import Operator
from user_svc.sellers import services
from user_svc.sellers.models import Seller, Status

TONES = {Status.PENDING: WAITING, Status.APPROVED: GOOD, Status.SUSPENDED: BAD}


@admin.register(Seller)
class SellerAdmin(ServiceAdmin):
    """Everybody with a shop."""

    status = badge_column("status", TONES)
    list_display = ("name", status, link_column("user", "account"), "reason", "created_at")
    list_filter = ("status",)
    list_select_related = ("user",)
    shows = ("pk", "name", "about", status, "reason", link_column("user", "account"), "created_at", "version")
    ordering = ("-created_at",)
    search_by = {"pk": UUID, "name__istartswith": str}
    search_help_text = "An id, or how the name of a shop begins."

    @service_action("Approve", in_bulk=True, applies=lambda seller: seller.status != Status.APPROVED)
    def approve(self, _person: Operator, seller: Seller) -> None:
        """They may sell, and their published products are shown."""
        services.approve_seller(seller_id=seller.pk)

    @service_action("Suspend", asks=ReasonForm, in_bulk=True, applies=lambda seller: seller.status != Status.SUSPENDED)
    def suspend(self, _person: Operator, seller: Seller, *, reason: str) -> None:
        """They sell no longer, until they are approved again; they are shown the reason."""
        services.suspend_seller(seller_id=seller.pk, reason=reason)
