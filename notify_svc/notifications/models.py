"""Feeds, notifications, and their deliveries."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from common.identity import time_ordered_id
from notify_svc.notifications import errors, rules


class Feed(models.Model):
    """A person's feed and its last sequence number. Locked while a notification is added, so there are no gaps."""

    user_id = models.UUIDField(primary_key=True)
    last_sequence = models.PositiveBigIntegerField(default=0)
    read_up_to = models.PositiveBigIntegerField(default=0, db_default=0)
    """The last sequence number when all were marked as read: one write, however many notifications there are."""
    all_read_at = models.DateTimeField(null=True)
    """When that last happened."""
    muted = ArrayField(models.CharField(max_length=32), default=list, db_default=[])
    """What they do not want to be told at once, in the form of ``rules.choice``."""

    class Meta:
        verbose_name = "preference"

    def __str__(self) -> str:
        return str(self.user_id)

    def wants(self, group: str, channel: str) -> bool:
        """Whether they want this group of events on this channel."""
        return rules.choice(group, channel) not in self.muted


class Notification(models.Model):
    """Something that a person was told, at its place in their feed."""

    class Audience(models.TextChoices):
        """The role in which a person is told: one may be buyer and seller of the same order."""

        BUYER = rules.BUYER
        SELLER = rules.SELLER

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    user_id = models.UUIDField()
    sequence = models.PositiveBigIntegerField()
    audience = models.CharField(max_length=16, choices=Audience.choices)
    event = models.CharField(max_length=128)
    subject_id = models.CharField(max_length=128)
    title = models.CharField(max_length=rules.MAX_TITLE)
    body = models.TextField()
    data = models.JSONField()
    is_live = models.BooleanField(default=True, db_default=True)
    """Whether it is pushed to open live feeds; it is in the list in any case."""
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    """When it was marked as read on its own; see also ``Feed.read_up_to``."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "sequence"], name="notification_in_its_place"),
            models.UniqueConstraint(
                fields=["user_id", "event", "subject_id", "audience"], name="notification_told_once"
            ),
        ]
        indexes = [
            models.Index(fields=["user_id", "sequence"], condition=Q(read_at=None), name="notification_unread"),
            # The order of the admin's list.
            models.Index(fields=["-created_at", "-id"], name="notification_newest"),
        ]

    def __str__(self) -> str:
        return self.title


class UnreportedTelling(models.Model):
    """A notification about an order, or its letter, until order_svc has been told of it."""

    class Channel(models.TextChoices):
        """How the person was told."""

        FEED = "feed"
        EMAIL = "email"

    order_id = models.UUIDField()
    event = models.CharField(max_length=128)
    audience = models.CharField(max_length=16)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    at = models.DateTimeField()


class Delivery(models.Model):
    """A notification that is sent to a person outside the shop, by e-mail."""

    class Channel(models.TextChoices):
        """The way it is sent."""

        EMAIL = "email"

    class Status(models.TextChoices):
        """The state of a delivery."""

        PENDING = "pending"
        SENT = "sent"
        FAILED = "failed"
        """Given up after the last attempt."""
        REFUSED = "refused"
        """Not to be tried again: the mail server will never take it, or the recipient's account is disabled."""

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="delivery_once_a_channel"),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(status="pending"), name="delivery_pending"),
            # The orders of the admin's list.
            models.Index(fields=["-next_attempt_at", "-id"], name="delivery_newest"),
            models.Index(fields=["-next_attempt_at", "-id"], condition=~Q(status="sent"), name="delivery_unsent"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.id}"

    @property
    def due_at(self) -> datetime | None:
        """When it is to be tried next; None if it is not."""
        return self.next_attempt_at if self.status == self.Status.PENDING else None

    def hasten(self, *, now: datetime) -> None:
        """Make it due now, even if it was given up or refused. Raises AlreadySent."""
        if self.status == self.Status.SENT:
            raise errors.AlreadySent
        self.status = self.Status.PENDING
        self.next_attempt_at = now

    def refuse(self, *, error: str) -> None:
        """Note that it was not sent, and is not to be tried again."""
        self.attempts += 1
        self.last_error = error
        self.status = self.Status.REFUSED

    def fail(self, *, error: str, now: datetime) -> None:
        """Note that an attempt failed: schedule the next one, or give up after the last."""
        self.attempts += 1
        self.last_error = error
        next_attempt_at = rules.next_mail_attempt_at(attempts=self.attempts, now=now)
        if next_attempt_at is None:
            self.status = self.Status.FAILED
        else:
            self.next_attempt_at = next_attempt_at
