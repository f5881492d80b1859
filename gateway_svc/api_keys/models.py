"""What the gateway keeps of keys and of the people whose they are."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.models import TimestampedModel
from gateway_svc.api_keys import rules


class Owner(models.Model):
    """Somebody as user_svc last told of them: what their keys may do is never more than what they may."""

    user_id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200, blank=True)
    roles = ArrayField(models.CharField(max_length=32), default=list)
    is_active = models.BooleanField(default=True)
    version = models.BigIntegerField(default=0)
    """Of what was told; 0 until something was."""

    def __str__(self) -> str:
        return str(self.user_id)


class ApiKey(TimestampedModel):
    """A key. It cannot be read from this row."""

    owner = models.ForeignKey(Owner, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=rules.NAME_LENGTH)
    hint = models.CharField(max_length=rules.HINT_LENGTH)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the key."""
    scopes = ArrayField(models.CharField(max_length=32))
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"
        indexes = [
            models.Index(fields=["owner", "-created_at", "-id"], name="api_key_of_owner"),
            models.Index(fields=["-created_at", "-id"], name="api_key_newest_first"),
            models.Index(fields=["hint"], name="api_key_by_hint"),
            models.Index(fields=["expires_at"], name="api_key_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.hint}…"

    @property
    def session_id(self) -> str:
        """By what the gateway knows what is done with it; a key that is revoked ends as a sign-in does."""
        return str(self.id)

    def is_good(self, *, now: datetime) -> bool:
        """It opens something."""
        return self.revoked_at is None and self.expires_at > now and self.owner.is_active
