"""Users, their sessions, and the refresh tokens of a session."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from common.models import TimestampedModel
from common.text import has_hidden_characters
from user_svc.accounts import rules

EMAIL_IS_UNIQUE = "user_email_is_unique"

validate_ascii = RegexValidator(r"^[!-~]*\Z", "Only ASCII is allowed; any domain can be written in it (xn--…).")


def validate_visible(text: str) -> None:
    """Refuse characters by which one name could look like another. Raises ValidationError."""
    if has_hidden_characters(text):
        raise ValidationError("Control characters and other invisible ones are not allowed.")


class Role(models.TextChoices):
    """What a person may do in the shop."""

    CUSTOMER = "customer"
    SELLER = "seller"
    SUPPORT = "support"
    ADMIN = "admin"


class User(AbstractBaseUser, TimestampedModel):
    """A person with an account."""

    email = models.EmailField(max_length=rules.EMAIL_LENGTH, validators=[validate_ascii])
    new_email = models.EmailField(max_length=rules.EMAIL_LENGTH, validators=[validate_ascii], blank=True)
    """The address that is to replace ``email`` once it is verified; empty if there is none."""
    email_verified_at = models.DateTimeField(null=True, blank=True)
    full_name = models.CharField(max_length=rules.NAME_LENGTH, validators=[validate_visible])
    phone = models.CharField(max_length=16, blank=True)
    locale = models.CharField(max_length=rules.LOCALE_LENGTH, default="en")
    roles = ArrayField(models.CharField(max_length=16, choices=Role.choices))
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    last_login = None  # the sessions say when

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects = BaseUserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email"], name=EMAIL_IS_UNIQUE),
            models.CheckConstraint(condition=Q(roles__len__gt=0), name="user_has_a_role"),
            models.CheckConstraint(condition=Q(roles__contained_by=Role.values), name="user_roles_are_known"),
        ]
        # For the admin's lists and searches.
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="user_newest_first"),
            models.Index(fields=["-created_at", "-id"], condition=Q(is_active=False), name="user_disabled"),
            models.Index(fields=["email"], opclasses=["text_pattern_ops"], name="user_email_begins"),
            models.Index(OpClass(Upper("full_name"), name="text_pattern_ops"), name="user_name_begins"),
            GinIndex(fields=["roles"], name="user_roles"),
        ]

    @property
    def is_email_verified(self) -> bool:
        """Whether ``email`` was shown to be theirs."""
        return self.email_verified_at is not None

    @property
    def is_staff(self) -> bool:
        """Whether they are staff, whom Django's admin lets in."""
        return not {Role.SUPPORT, Role.ADMIN}.isdisjoint(self.roles)


def by_password() -> list[str]:
    """The ``amr`` of a sign-in with nothing but a password."""
    return list(rules.BY_PASSWORD)


class Session(models.Model):
    """One sign-in of one person, from then until they sign out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    amr = ArrayField(models.CharField(max_length=8), default=by_password, db_default=by_password())
    """Authentication method references: how they signed in (RFC 8176)."""

    class Meta:
        indexes = [models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="session_ended")]

    @property
    def is_open(self) -> bool:
        """Whether it has not ended, and its account is not disabled."""
        return self.ended_at is None and self.user.is_active


class RefreshToken(models.Model):
    """A token to be traded, once, for new tokens of the same session. Of the token itself only a digest is stored."""

    digest = models.CharField(max_length=64, primary_key=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="refresh_tokens")
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    @property
    def is_used(self) -> bool:
        """Whether it was traded before."""
        return self.used_at is not None

    def is_good(self, *, now: datetime) -> bool:
        """Whether it can be traded."""
        return not self.is_used and now < self.expires_at and self.session.is_open


class SpentChallenge(models.Model):
    """A challenge that was answered, kept until it would have expired. Of the challenge only a digest is stored."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)


class Allowance(models.Model):
    """The state of a rate limit (``rules.Limit``), such as of guesses at a password. The key is only a digest."""

    key = models.CharField(max_length=64, primary_key=True)
    owed_until = models.DateTimeField(db_index=True)


class KnownSource(models.Model):
    """A network from which somebody has signed in to an account. The key is a digest of both."""

    key = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField(db_index=True)
