"""Wishlists."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin

from common.admin.columns import Column, elsewhere, link_column
from common.admin.model_admin import ServiceAdmin
from common.topology import PRODUCTS
from user_svc.wishlists.models import WishlistItem


@admin.register(WishlistItem)
class WishlistItemAdmin(ServiceAdmin):
    """What people want to find again."""

    product = Column("product", lambda item: elsewhere(PRODUCTS.admin_path, "catalog/product", item.product_id))
    list_display = ("id", product, link_column("user", "account"), "created_at")
    list_select_related = ("user",)
    shows = ("id", product, link_column("user", "account"), "created_at")
    search_by = {"pk": UUID, "user_id": UUID}
    search_help_text = "The id of an account."
