"""Payments, for those who are asked where the money is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest

from common import clock
from common.admin.actions import service_action
from common.admin.columns import BAD, GOOD, WAITING, Column, badge, badge_column, link_column, money_column
from common.admin.filters import DayFilter
from common.admin.model_admin import ServiceAdmin
from common.admin.models import Operator
from order_svc.orders import services as orders
from order_svc.payments import services
from order_svc.payments.models import Payment, PaymentStatus, StrayCharge

TONES = {
    PaymentStatus.CAPTURED: GOOD,
    PaymentStatus.PENDING: WAITING,
    PaymentStatus.PROCESSING: WAITING,
    PaymentStatus.DECLINED: BAD,
}


class UnfinishedFilter(admin.SimpleListFilter):
    """Those with which something is still to be done: few, and an index of their own lists them."""

    title = "state"
    parameter_name = "state"
    wanted: ClassVar[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
        "unanswered": ("asked, no answer yet", {"status": PaymentStatus.PROCESSING}),
        "refund_due": ("refund due", {"refund_due_since__isnull": False}),
        "given_back": ("given back by hand, and the order went on", {"given_back_minor__gt": 0}),
    }

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in self.wanted.items()]

    def queryset(self, _request: HttpRequest, queryset: Any) -> Any:
        _, condition = self.wanted.get(str(self.value()), ("", {}))
        return queryset.filter(**condition)


class DueFilter(UnfinishedFilter):
    """Those that are not sent back yet."""

    wanted = {"due": ("to be sent back", {"refund_due_since__isnull": False})}


def _may_have_changed(payment: Payment) -> bool:
    return payment.is_processing or bool(payment.provider_reference and payment.amount_minor)


@admin.register(Payment)
class PaymentAdmin(ServiceAdmin):
    """What was to be paid, and what became of it."""

    status = badge_column("status", TONES)
    amount = money_column("amount_minor")
    calls = Column("calls", lambda payment: payment.attempts)
    given_back = money_column("given_back_minor")
    list_display = (link_column("order"), "provider", status, amount, "provider_reference", "created_at")
    list_display_links = ("provider",)
    list_filter = (UnfinishedFilter, DayFilter)
    list_select_related = ("order",)
    shows = (
        *("id", link_column("order"), "provider", status, amount, "provider_reference", calls, "failure_code"),
        *("processing_since", "refund_due_since", given_back, "created_at", "updated_at"),
    )
    ordering = ("-created_at",)
    search_by = {"provider_reference": str, "pk": UUID, "order_id": UUID}
    search_help_text = "The provider's reference, or the id of a payment or an order."

    @service_action("Look again", is_atomic=False, applies=_may_have_changed)
    def look_again(self, _person: Operator, payment: Payment) -> str:
        """The provider is asked what became of it, and the order follows: it is confirmed, cancelled or refunded."""
        return f"The payment is {orders.look_again(order_id=payment.order_id, now=clock.now())}."

    @service_action(
        "Give the money back now", is_atomic=False, applies=lambda payment: payment.refund_due_since is not None
    )
    def refund(self, _person: Operator, payment: Payment) -> None:
        """The order was cancelled after it was paid, and the money has not gone back yet. The provider is asked."""
        orders.refund_now(order_id=payment.order_id, now=clock.now())


def _state_of(stray: StrayCharge) -> str:
    if stray.refunded_at:
        return badge("went back", GOOD)
    return badge("look for its order", BAD) if stray.is_held else badge("to be sent back", WAITING)


@admin.register(StrayCharge)
class StrayChargeAdmin(ServiceAdmin):
    """Money that arrived for no order."""

    state = Column("state", _state_of)
    list_display = ("reference", "provider", money_column("amount_minor"), state, "created_at")
    list_filter = (DueFilter,)
    shows = ("id", *list_display, "refund_due_since", "refunded_at", "is_held")
    ordering = ("-created_at",)
    search_by = {"reference": str, "pk": UUID}
    search_help_text = "The provider's reference."

    @service_action(
        "Send back now", is_atomic=False, in_bulk=True, applies=lambda stray: stray.refund_due_since is not None
    )
    def send_back(self, _person: Operator, stray: StrayCharge) -> None:
        """The provider gives the money back to whoever paid it."""
        services.send_back_stray_charge(charge_id=stray.pk, now=clock.now())
