"""Sellers."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from user_svc.sellers import rules


class Status(models.TextChoices):
    """Whether a seller may sell: only while approved."""

    PENDING = "pending"
    APPROVED = "approved"
    SUSPENDED = "suspended"


class Seller(models.Model):
    """A person with a shop here. A seller's id is that of their account."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    created_at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=rules.NAME_LENGTH)
    about = models.CharField(max_length=rules.ABOUT_LENGTH, blank=True)
    status = models.CharField(max_length=16, choices=Status.choices)
    reason = models.CharField(max_length=rules.REASON_LENGTH, blank=True)
    """Why the seller is suspended, in the words of staff; empty otherwise."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="seller_status_is_known"),
            models.CheckConstraint(
                condition=Q(status=Status.SUSPENDED) ^ Q(reason=""), name="seller_is_suspended_for_a_reason"
            ),
        ]
        # For the admin's lists and searches.
        indexes = [
            models.Index(fields=["-created_at", "-user"], name="seller_newest_first"),
            models.Index(fields=["status", "-created_at", "-user"], name="seller_newest_of_status"),
            models.Index(OpClass(Upper("name"), name="text_pattern_ops"), name="seller_name_begins"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def id(self) -> UUID:
        """The account's id."""
        return self.user_id

    def is_seen_by(self, *, viewer_id: UUID | None, is_staff: bool) -> bool:
        """Everybody sees an approved seller; others are seen only by themselves and by staff."""
        return self.status == Status.APPROVED or is_staff or viewer_id == self.user_id
