"""Who sells, as far as the catalogue knows; what is decided about them is in the users' admin."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin

from common.admin.columns import BAD, GOOD, WAITING, Column, badge_column, elsewhere
from common.admin.model_admin import ServiceAdmin
from common.topology import USERS
from product_svc.catalog.models import SellerProfile

_TONES = {"approved": GOOD, "pending": WAITING, "suspended": BAD}


@admin.register(SellerProfile)
class SellerProfileAdmin(ServiceAdmin):
    """Our copies of shops."""

    status = badge_column("status", _TONES)
    shop = Column("shop", lambda seller: elsewhere(USERS.admin_path, "sellers/seller", seller.pk, "to the shop"))
    list_display = ("name", status, "id", shop)
    shows = ("id", "name", status, shop, "version", "shop_version", "followed_up_to")
    search_by = {"pk": UUID}
    search_help_text = "The id of a seller."
