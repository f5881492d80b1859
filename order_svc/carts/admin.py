"""Carts, for those who help somebody whose cart is not as it should be."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin

from common.admin.columns import Column, elsewhere, json_column, link_column, money_column
from common.admin.model_admin import RowsInline, ServiceAdmin
from common.topology import USERS
from order_svc.carts.models import Cart, CartItem


class ItemInline(RowsInline):
    """What lies in it, at the price that its holder saw."""

    model = CartItem
    seen_price = money_column("seen_price_minor", currency="seen_currency")
    price = Column("price now", lambda item: str(item.offer.price))
    shows = (link_column("offer"), "quantity", seen_price, price)
    ordering = ("pk",)
    verbose_name_plural = "items"

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("offer")


def _holder(cart: Cart) -> str:
    return elsewhere(USERS.admin_path, "accounts/user", cart.customer_id) if cart.customer_id else "a guest"


@admin.register(Cart)
class CartAdmin(ServiceAdmin):
    """What is about to be ordered, perhaps."""

    holder = Column("holder", _holder)
    list_display = ("id", holder, "created_at", "updated_at")
    shows = (*list_display, json_column("left_out", "left out when carts were merged"))
    inlines = (ItemInline,)
    search_by = {"customer_id": UUID, "pk": UUID}
    search_help_text = "The id of a customer or of a cart."
