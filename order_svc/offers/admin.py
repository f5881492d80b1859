"""What can be bought, as order_svc heard it; it is changed where products are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import OuterRef, Subquery

from common.admin.columns import EMPTY, Column, elsewhere, money_column, yes_no
from common.admin.model_admin import ServiceAdmin
from common.topology import PRODUCTS, USERS
from order_svc.offers.models import Offer, OfferedStock


def _stock(offer: Any) -> Any:
    return EMPTY if offer.stock is None else offer.stock


@admin.register(Offer)
class OfferAdmin(ServiceAdmin):
    """The copy by which orders are priced."""

    price = money_column("price_minor")
    state = Column("state", lambda offer: yes_no(offer.is_available, yes="for sale", no="not for sale"))
    stock = Column("stock heard of", _stock)
    product = Column("product", lambda offer: elsewhere(PRODUCTS.admin_path, "catalog/product", offer.product_id))
    seller = Column("seller", lambda offer: elsewhere(USERS.admin_path, "sellers/seller", offer.seller_id))
    list_display = ("sku", "title", price, state, stock)
    shows = (*list_display, product, seller)
    ordering = ("pk",)
    search_by = {"pk__startswith": str, "product_id": UUID}
    search_help_text = "How a SKU begins, or the id of a product."

    def get_queryset(self, request: Any) -> Any:
        heard_of = OfferedStock.objects.filter(sku=OuterRef("sku")).values("available")
        return super().get_queryset(request).annotate(stock=Subquery(heard_of))
