"""Stock, for those who count it."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import admin

from common import clock
from common.admin.actions import service_action
from common.admin.columns import GOOD, PLAIN, WAITING, Column, badge_column, elsewhere, link_column
from common.admin.model_admin import RowsInline, ServiceAdmin
from common.admin.models import Operator
from common.topology import ORDERS
from product_svc.inventory import rules, services
from product_svc.inventory.models import Reservation, StockItem, StockMovement

_TONES = {Reservation.Status.OPEN: WAITING, Reservation.Status.CONSUMED: GOOD, Reservation.Status.RELEASED: PLAIN}
ORDER = Column("order", lambda row: elsewhere(ORDERS.admin_path, "orders/order", row.order_id))


class AdjustmentForm(forms.Form):
    """By how many the count was wrong, and why."""

    delta = forms.IntegerField(min_value=-rules.MAX_DELTA, max_value=rules.MAX_DELTA, help_text="5 or -5.")
    reason = forms.CharField(max_length=rules.MAX_REASON, help_text="Its seller reads it, too.")

    def clean_delta(self) -> int:
        """A correction by nothing corrects nothing."""
        delta: int = self.cleaned_data["delta"]
        if not delta:
            raise forms.ValidationError("A correction by nothing corrects nothing.")
        return delta


class WarningForm(forms.Form):
    """From how many on its seller is warned."""

    low_at = forms.IntegerField(min_value=0, max_value=rules.MAX_DELTA)


class MovementInline(RowsInline):
    """What became of it lately."""

    model = StockMovement
    shows = ("created_at", "kind", "delta", "reason", ORDER)
    ordering = ("-pk",)
    verbose_name_plural = "latest movements"


class ReservationInline(RowsInline):
    """For whom it was put aside lately."""

    model = Reservation
    status = badge_column("status", _TONES)
    shows = ("created_at", "quantity", status, ORDER)
    ordering = ("-pk",)
    verbose_name_plural = "latest reservations"


@admin.register(StockItem)
class StockItemAdmin(ServiceAdmin):
    """How much there is of each SKU."""

    list_display = ("sku", "on_hand", "reserved", "available", "low_at", link_column("product"))
    list_select_related = ("product",)
    shows = (*list_display, "version", "updated_at")
    inlines = (MovementInline, ReservationInline)
    ordering = ("sku",)
    search_by = {"sku": str, "pk": UUID, "product_id": UUID}
    search_help_text = "A SKU, or the id of a product."

    @service_action("Adjust", asks=AdjustmentForm)
    def adjust(self, _person: Operator, item: StockItem, *, delta: int, reason: str) -> str:
        """The count is corrected by so many, which the ledger keeps; what is put aside for orders must stay."""
        services.adjust_stock(owner_id=None, sku=item.sku, delta=delta, reason=reason, now=clock.now())
        return f"{delta:+d}. {reason}"

    @service_action("Warn from", asks=WarningForm, begins_with=lambda item: {"low_at": item.low_at})
    def warn(self, _person: Operator, item: StockItem, *, low_at: int) -> str:
        """From so many on hand its seller is warned; 0: only when nothing is left."""
        services.warn_from(owner_id=None, sku=item.sku, low_at=low_at)
        return f"{low_at}."


@admin.register(StockMovement)
class StockMovementAdmin(ServiceAdmin):
    """The ledger, newest first."""

    list_display = ("created_at", link_column("item", "sku"), "kind", "delta", "reason", ORDER)
    list_display_links = ("created_at",)
    list_select_related = ("item",)
    shows = list_display
    search_by = {"order_id": UUID}
    search_help_text = "The id of an order."


@admin.register(Reservation)
class ReservationAdmin(ServiceAdmin):
    """What is, or was, put aside for orders, newest first."""

    status = badge_column("status", _TONES)
    list_display = ("created_at", link_column("item", "sku"), "quantity", status, ORDER)
    list_select_related = ("item",)
    shows = list_display
    search_by = {"order_id": UUID}
    search_help_text = "The id of an order."
