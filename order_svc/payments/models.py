"""Payments, and the books of the sandbox provider."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common.identity import time_ordered_id
from common.models import TimestampedModel
from common.money import Money


class PaymentStatus(models.TextChoices):
    """How far a payment has come."""

    PENDING = "pending"
    PROCESSING = "processing"
    CAPTURED = "captured"
    DECLINED = "declined"
    REFUNDED = "refunded"
    VOIDED = "voided"
    """The order ended before any money was taken, and the provider will take none."""


class Payment(TimestampedModel):
    """The one payment of an order. Its id is the provider's idempotency key, so asking again never charges again."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    order = models.OneToOneField("orders.Order", on_delete=models.PROTECT, related_name="payment")
    provider = models.CharField(max_length=32)
    token = models.CharField(max_length=255)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=16, choices=PaymentStatus.choices, default=PaymentStatus.PENDING)
    failure_code = models.CharField(max_length=64, default="", blank=True)
    provider_reference = models.CharField(max_length=255, default="", blank=True)
    attempts = models.PositiveIntegerField(default=0)
    processing_since = models.DateTimeField(null=True)
    """When the provider was last asked; set while its answer is not known."""
    refund_due_since = models.DateTimeField(null=True)
    """Set from when it is known that the money must go back until it has; each try sets it anew."""
    given_back_minor = models.BigIntegerField(default=0, db_default=0)
    """What somebody gave back at the provider by hand while the order went on."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="payment_amount_is_not_negative"),
            models.CheckConstraint(
                condition=Q(given_back_minor__gte=0, given_back_minor__lte=F("amount_minor")),
                name="payment_is_given_back_at_most_whole",
            ),
            models.CheckConstraint(
                condition=Q(status=PaymentStatus.PROCESSING) ^ Q(processing_since=None),
                name="payment_is_processing_since_some_time",
            ),
            models.CheckConstraint(
                condition=Q(status=PaymentStatus.DECLINED) ^ Q(failure_code=""), name="payment_declined_has_a_code"
            ),
            models.CheckConstraint(
                condition=Q(refund_due_since=None) | Q(status=PaymentStatus.CAPTURED),
                name="payment_refund_is_due_of_what_was_captured",
            ),
        ]
        indexes = [
            models.Index(
                fields=["processing_since"], condition=Q(status=PaymentStatus.PROCESSING), name="payment_processing"
            ),
            models.Index(
                fields=["refund_due_since"], condition=Q(refund_due_since__isnull=False), name="payment_refund_due"
            ),
            # What those who run the shop look payments up by.
            models.Index(fields=["-created_at", "-id"], name="payment_newest"),
            models.Index(
                fields=["-created_at", "-id"], condition=Q(given_back_minor__gt=0), name="payment_given_back_by_hand"
            ),
            models.Index(
                fields=["provider_reference"], condition=~Q(provider_reference=""), name="payment_by_reference"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} by {self.provider}"

    @property
    def amount(self) -> Money:
        """What is to be paid."""
        return Money(self.amount_minor, self.currency)

    @property
    def idempotency_key(self) -> str:
        """What the provider knows this payment by."""
        return str(self.id)

    @property
    def is_pending(self) -> bool:
        """Nobody was asked for the money yet."""
        return self.status == PaymentStatus.PENDING

    @property
    def is_processing(self) -> bool:
        """The provider was asked, and its answer is not known."""
        return self.status == PaymentStatus.PROCESSING

    @property
    def is_captured(self) -> bool:
        """The money is ours."""
        return self.status == PaymentStatus.CAPTURED

    def is_news(self, *, captured: bool) -> bool:
        """Whether what the provider says is not known yet: its first answer, or that it took money after all."""
        return self.is_processing or (captured and self.status in {PaymentStatus.DECLINED, PaymentStatus.VOIDED})

    def is_of_another_charge(self, reference: str) -> bool:
        """Whether the provider has this money twice: ours is another charge."""
        return self.provider_reference not in {"", reference}

    @property
    def is_refunded(self) -> bool:
        """The money went back."""
        return self.status == PaymentStatus.REFUNDED

    def start(self, *, now: datetime) -> None:
        """The provider is about to be asked, perhaps again."""
        self.status = PaymentStatus.PROCESSING
        self.processing_since = now
        self.attempts += 1

    def settle(self, status: PaymentStatus, *, reference: str = "", failure_code: str = "") -> None:
        """What became of it is known."""
        self.status = status
        self.processing_since = None
        self.refund_due_since = None
        self.given_back_minor = 0
        self.provider_reference = reference or self.provider_reference
        self.failure_code = failure_code


class StrayCharge(TimestampedModel):
    """Money that arrived for no order: kept on record, and sent back."""

    provider = models.CharField(max_length=32)
    reference = models.CharField(max_length=255)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    refund_due_since = models.DateTimeField(null=True)
    """Set until it went back; each try sets it anew."""
    refunded_at = models.DateTimeField(null=True)
    is_held = models.BooleanField(db_default=False)
    """Staff are to look at it first: no notice told of it, so it may be our books that are wrong."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="stray_charge_is_found_once"),
            models.CheckConstraint(
                condition=Q(refund_due_since=None) ^ Q(refunded_at=None), name="stray_charge_went_back_or_will"
            ),
        ]
        indexes = [
            models.Index(
                fields=["refund_due_since"], condition=Q(refund_due_since__isnull=False), name="stray_refund_due"
            ),
            models.Index(fields=["-created_at", "-id"], name="stray_newest"),
            models.Index(fields=["reference"], name="stray_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} by {self.provider}"

    @property
    def amount(self) -> Money:
        """What arrived."""
        return Money(self.amount_minor, self.currency)


class Comparison(models.Model):
    """How far a provider's charges were compared with our payments, in the order in which they were made."""

    provider = models.CharField(max_length=32, primary_key=True)
    since = models.DateTimeField()
    """Of what was made before, nothing is left to look at."""
    until = models.DateTimeField(null=True)
    """How far the round that is under way goes."""
    after = models.CharField(max_length=255, default="", blank=True)
    """Within that round, from where to go on."""

    def begin(self, *, until: datetime) -> None:
        """Go as far as that, unless a round is under way."""
        self.until = self.until or until

    def turn(self, *, after: str) -> None:
        """A page was looked at; the last one ends the round."""
        self.after = after
        if not after:
            self.since, self.until = self.until or self.since, None


class ReceivedNotice(models.Model):
    """A provider's notice that was taken: the same one again is nothing new."""

    pk = models.CompositePrimaryKey("provider", "notice_id")
    provider = models.CharField(max_length=32)
    notice_id = models.CharField(max_length=255)
    received_at = models.DateTimeField(db_index=True)


class OpenReport(models.Model):
    """A charge of which a provider reported, while it did not answer what had become of it."""

    provider = models.CharField(max_length=32)
    reference = models.CharField(max_length=255)
    key = models.CharField(max_length=255, blank=True)
    reported_at = models.DateTimeField()
    asked_at = models.DateTimeField(db_index=True)
    times_reported = models.PositiveIntegerField(default=1, db_default=1)
    """An answer is one to as many reports as there were when it was asked for."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "reference"], name="report_is_open_once")]


class SandboxCharge(models.Model):
    """A line in the sandbox provider's own books: outside the shop, though it lies in the shop's database."""

    class Status(models.TextChoices):
        """What the provider did."""

        RECEIVED = "received"
        AUTHORISED = "authorised"
        SUCCEEDED = "succeeded"
        DECLINED = "declined"
        VOIDED = "voided"
        REFUNDED = "refunded"

    idempotency_key = models.CharField(max_length=255)
    token = models.CharField(max_length=255)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.RECEIVED)
    failure_code = models.CharField(max_length=64, default="", blank=True)
    calls = models.PositiveIntegerField(default=0)
    """How often the shop asked for this charge."""
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idempotency_key"], name="sandbox_charge_once_a_key")]
