"""Orders, for those who look after them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join

from common import clock
from common.admin.actions import ReasonForm, service_action
from common.admin.columns import BAD, GOOD, WAITING, Column, badge, badge_column, elsewhere, money_column
from common.admin.filters import DayFilter
from common.admin.model_admin import FirstRows, RowsInline, ServiceAdmin
from common.admin.models import Operator
from common.money import Money
from common.text import has_hidden_characters
from common.topology import USERS
from order_svc.orders import rules, services
from order_svc.orders.models import Order, OrderEvent, OrderLine, Status
from order_svc.payments import services as payments

TONES = {Status.PLACED: WAITING, Status.CONFIRMED: GOOD, Status.SHIPPED: GOOD, Status.CANCELLED: BAD}
_PAYMENT_TONES = {"captured": GOOD, "pending": WAITING, "processing": WAITING, "declined": BAD}
_ADDRESS = ("full_name", "line1", "line2", "city", "region", "postal_code", "country", "phone")
_STEPS = ("lines", "discounts", "shipping", "tax", "rounding")


class TrackingForm(forms.Form):
    """What the carrier calls the parcel, where that is known."""

    tracking = forms.CharField(max_length=rules.MAX_TRACKING, required=False, help_text="The customer is told.")

    def clean_tracking(self) -> str:
        """One line that the eye sees all of."""
        tracking: str = self.cleaned_data["tracking"]
        if has_hidden_characters(tracking):
            raise ValidationError("Control characters and other invisible ones are not allowed.")
        return tracking


class AllRows(FirstRows):
    """As many as an order has lines at most, and of a time line far more than ever happens."""

    most = rules.MAX_LINES


class LineInline(RowsInline):
    """What was ordered, as it was called and priced then."""

    model = OrderLine
    formset = AllRows
    unit_price = money_column("unit_price_minor")
    total = Column("total", lambda line: str(line.total))
    seller = Column("seller", lambda line: elsewhere(USERS.admin_path, "sellers/seller", line.seller_id))
    shows = ("sku", "title", "quantity", unit_price, total, seller, "shipped_at", "tracking")
    ordering = ("position",)
    verbose_name_plural = "lines"


class PaymentInline(RowsInline):
    """How it was paid, and how often the provider was asked."""

    model = payments.Payment
    status = badge_column("status", _PAYMENT_TONES)
    calls = Column("calls", lambda payment: payment.attempts)
    given_back = money_column("given_back_minor")
    shows = (
        *("provider", status, money_column("amount_minor"), "provider_reference", calls),
        *("failure_code", "processing_since", "refund_due_since", given_back),
    )
    verbose_name_plural = "payment"


class EventInline(RowsInline):
    """What happened to it, here and in other services."""

    model = OrderEvent
    formset = AllRows
    shows = ("at", "fact", Column("service", lambda event: event.service), "detail")
    ordering = ("at", "id")
    verbose_name_plural = "time line"


def _status(order: Order) -> str:
    why = f": {order.cancel_reason}" if order.cancel_reason else ""
    return badge(f"{order.status}{why}", TONES.get(Status(order.status), GOOD))


def _reckoning(order: Order) -> str:
    """How the total came about: only the steps that came to something."""
    sums = [(step, getattr(order.totals, step).added_minor) for step in _STEPS]
    rows = [(step, str(Money(minor, order.currency))) for step, minor in sums if minor]
    return format_html_join("", "{} {}<br>", rows)


def _address(order: Order) -> str:
    address = order.shipping_address
    return format_html_join("", "{}<br>", ((address[line],) for line in _ADDRESS if address.get(line)))


def _is_to_be_sent(order: Order) -> bool:
    return "shipped" in rules.TRANSITIONS[order.status] and order.payment.is_captured


def _is_left_unpaid(order: Order) -> bool:
    return "shipped" in rules.TRANSITIONS[order.status] and not order.payment.is_captured


@admin.register(Order)
class OrderAdmin(ServiceAdmin):
    """Everything that was ordered."""

    status = Column("status", _status)
    total = money_column("total_minor")
    customer = Column("customer", lambda order: elsewhere(USERS.admin_path, "accounts/user", order.customer_id))
    list_display = ("number", status, total, customer, "placed_at")
    list_filter = ("status", DayFilter)
    shows = (
        *("id", "number", status, total, Column("reckoning", _reckoning), customer),
        *(Column("goes to", _address), "placed_at", "settled_at", "version"),
    )
    inlines = (LineInline, PaymentInline, EventInline)
    ordering = ("-created_at",)
    search_by = {"number": str.upper, "pk": UUID, "customer_id": UUID}
    search_help_text = "The number or the id of an order, or the id of a customer."

    @service_action("Cancel", asks=ReasonForm, applies=lambda order: "cancelled" in rules.TRANSITIONS[order.status])
    def cancel(self, person: Operator, order: Order, *, reason: str) -> None:
        """It will not be sent. What was paid goes back, what was taken from stock returns, and its customer is told."""
        services.cancel_order(person=person, order_id=order.pk, now=clock.now())

    @service_action(
        "Give the money back now", is_atomic=False, applies=lambda order: order.payment.refund_due_since is not None
    )
    def refund(self, _person: Operator, order: Order) -> None:
        """It was cancelled after it was paid, and the money has not gone back yet. The provider is asked at once."""
        services.refund_now(order_id=order.pk, now=clock.now())

    @service_action("Ship", asks=TrackingForm, applies=_is_to_be_sent)
    def ship(self, person: Operator, order: Order, *, tracking: str) -> str:
        """All that is left of it is on its way, whoever sells it, and its customer is told."""
        services.ship_order(person=person, order_id=order.pk, tracking=tracking, now=clock.now())
        return tracking

    @service_action("Ship unpaid", asks=ReasonForm, is_dangerous=True, applies=_is_left_unpaid)
    def ship_unpaid(self, person: Operator, order: Order, *, reason: str) -> None:
        """Somebody gave its money back by hand after a part of it had left. All that is left is sent for nothing, or
        because it was paid in another way, and its customer is told.
        """
        services.ship_order(person=person, order_id=order.pk, tracking="", now=clock.now(), is_even_unpaid=True)

    @service_action("Deliver", in_bulk=True, applies=lambda order: "delivered" in rules.TRANSITIONS[order.status])
    def deliver(self, person: Operator, order: Order) -> None:
        """It has arrived, and its customer is told."""
        services.deliver_order(person=person, order_id=order.pk, now=clock.now())

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("payment")
