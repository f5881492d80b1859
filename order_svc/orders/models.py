"""Orders, their lines, and what happened to them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common.identity import time_ordered_id
from common.models import TimestampedModel
from common.money import Money
from common.topology import NOTIFICATIONS, ORDERS, PRODUCTS
from order_svc.orders import rules
from order_svc.pricing.services import Line, Totals

_SERVICES = {"inventory": PRODUCTS, "notifications": NOTIFICATIONS}
"""The service of a fact that order_svc does not tell itself, by the first word of the fact's name."""


class Status(models.TextChoices):
    """How far an order has come."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class CancelReason(models.TextChoices):
    """Why an order will not be sent."""

    OUT_OF_STOCK = "out_of_stock"
    PAYMENT_DECLINED = "payment_declined"
    CUSTOMER = "customer"
    EXPIRED = "expired"


def new_number() -> str:
    """Random: a sequence would tell everybody how many orders there are. The unique constraint refuses a collision."""
    return rules.number_of(secrets.randbits(rules.NUMBER_BITS))


class Order(TimestampedModel):
    """A customer's confirmed intention to buy, at the prices of that moment."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    number = models.CharField(max_length=16, default=new_number)
    customer_id = models.UUIDField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.PLACED)
    cancel_reason = models.CharField(max_length=32, choices=CancelReason.choices, null=True)
    total_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reckoning = models.JSONField(null=True)
    """What the total is made up of, as ``totals`` reads it. None for an old order: the sum of its lines."""
    shipping_address = models.JSONField()
    placed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    """When it was confirmed or cancelled."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="order_number_is_unique"),
            models.CheckConstraint(condition=Q(total_minor__gte=0), name="order_total_is_not_negative"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="order_status_is_known"),
            models.CheckConstraint(
                condition=Q(status=Status.CANCELLED, cancel_reason__in=CancelReason.values)
                | (~Q(status=Status.CANCELLED) & Q(cancel_reason=None)),
                name="order_cancelled_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.PLACED, settled_at=None)
                | (~Q(status=Status.PLACED) & Q(settled_at__isnull=False)),
                name="order_settled_at_some_time",
            ),
        ]
        indexes = [
            models.Index(F("created_at").desc(), F("id").desc(), name="order_newest"),
            # A customer's orders of one status are looked for among all of theirs, at worst: 0.3 ms with 1,000, 4 with
            # 10,000, 90 with 100,000. An index for that (0.01 ms) would be written with each step of each order.
            models.Index(F("customer_id"), F("created_at").desc(), F("id").desc(), name="order_of_customer"),
            models.Index(fields=["placed_at"], condition=Q(status=Status.PLACED), name="order_unsettled"),
            # What those who run the shop look orders up by.
            models.Index(fields=["status", "-created_at", "-id"], name="order_newest_of_status"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return Money(self.total_minor, self.currency)

    @property
    def totals(self) -> Totals:
        """How the total came about."""
        if self.reckoning is not None:
            return Totals.of(self.reckoning)
        return Totals.of_lines([Line(line.sku, line.quantity, line.unit_price) for line in self.lines.all()])

    @property
    def is_settled(self) -> bool:
        """It was confirmed or cancelled: whether it will be sent is decided."""
        return self.status != Status.PLACED

    def bring(self, *, lines: Sequence[OrderLine], events: Sequence[OrderEvent]) -> None:
        """Attach the lines and events of a new order, so that reading them sends no query."""
        self._prefetched_objects_cache = {"lines": lines, "events": events}

    def confirm(self, *, now: datetime) -> None:
        """Reserved and paid. Raises ImpossibleTransition."""
        self._become(Status.CONFIRMED)
        self.settled_at = now

    def cancel(self, *, reason: CancelReason, now: datetime) -> None:
        """Not to be sent. Raises ImpossibleTransition."""
        self._become(Status.CANCELLED)
        self.cancel_reason = reason
        self.settled_at = now

    def ship(self, *, is_complete: bool) -> None:
        """Some of it is on its way, or now all of it. Raises ImpossibleTransition."""
        rules.require_transition(self.status, Status.SHIPPED)
        if is_complete:
            self.status = Status.SHIPPED
        self.version += 1

    def deliver(self) -> None:
        """It has arrived. Raises ImpossibleTransition."""
        self._become(Status.DELIVERED)

    def _become(self, status: Status) -> None:
        rules.require_transition(self.status, status)
        self.status = status
        self.version += 1


class OrderLine(models.Model):
    """One SKU of an order, as it was called and priced when the order was placed."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(max_length=128)
    title = models.TextField()
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    seller_id = models.UUIDField()
    ordered_at = models.DateTimeField(db_default=Now())
    """When its order was made: so that what a seller sold is found from the newest on."""
    order_status = models.CharField(
        max_length=16, choices=Status.choices, default=Status.PLACED, db_default=Status.PLACED, editable=False
    )
    """How far its order has come, kept by the database (migration 0008): so that what a seller sold is found by it."""
    shipped_at = models.DateTimeField(null=True)
    tracking = models.CharField(max_length=rules.MAX_TRACKING, default="", db_default="", blank=True)

    class Meta:
        ordering = ["position"]
        indexes = [
            models.Index(F("seller_id"), F("ordered_at").desc(), F("order_id").desc(), name="line_newest_of_seller"),
            models.Index(
                F("seller_id"),
                F("order_status"),
                F("ordered_at").desc(),
                F("order_id").desc(),
                name="line_newest_of_seller_status",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "sku"], name="order_has_one_line_a_sku"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=rules.MAX_QUANTITY), name="line_quantity_is_orderable"
            ),
            models.CheckConstraint(condition=Q(unit_price_minor__gte=0), name="line_price_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def unit_price(self) -> Money:
        """What one of it costs."""
        return Money(self.unit_price_minor, self.currency)

    @property
    def total(self) -> Money:
        """What all of it costs."""
        return self.unit_price * self.quantity


class OrderEvent(models.Model):
    """Something that happened to an order, for those who look at it; written with the change itself."""

    class Name(models.TextChoices):
        """The facts of an order's life; those of payments are noted here and told nobody."""

        PLACED = "orders.order_placed.v1"
        STOCK_RESERVED = "inventory.stock_reserved.v1"
        STOCK_REJECTED = "inventory.stock_rejected.v1"
        STOCK_CHANGED = "inventory.stock_changed.v1"
        PAYMENT_AUTHORISED = "payments.payment_authorised.v1"
        PAYMENT_CAPTURED = "payments.payment_captured.v1"
        PAYMENT_DECLINED = "payments.payment_declined.v1"
        PAYMENT_VOIDED = "payments.payment_voided.v1"
        PAYMENT_REFUNDED = "payments.payment_refunded.v1"
        PAYMENT_PARTLY_REFUNDED = "payments.payment_partly_refunded.v1"
        PAYMENT_REFUND_PENDING = "payments.refund_pending.v1"
        PAYMENT_REFUND_FAILED = "payments.refund_failed.v1"
        PAYMENT_UNANSWERED = "payments.provider_unanswered.v1"
        CONFIRMED = "orders.order_confirmed.v1"
        CANCELLED = "orders.order_cancelled.v1"
        REFUNDED = "orders.order_refunded.v1"
        SHIPPED = "orders.order_shipped.v1"
        DELIVERED = "orders.order_delivered.v1"
        PEOPLE_TOLD = "notifications.people_told.v1"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    fact = models.CharField(max_length=64, choices=Name.choices)
    detail = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.fact

    @property
    def service(self) -> str:
        """Which service it happened in."""
        return _SERVICES.get(self.fact.partition(".")[0], ORDERS).name
