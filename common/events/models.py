"""What a service remembers of the facts it told and heard."""

from django.db import models
from django.db.models import Q


class OutboxMessage(models.Model):
    """A fact to be sent, written in the transaction of the change it tells of."""

    sequence = models.BigAutoField(primary_key=True)
    fact_id = models.UUIDField(unique=True)
    name = models.CharField(max_length=128)
    aggregate = models.CharField(max_length=128)
    version = models.BigIntegerField()
    is_required = models.BooleanField()
    request_id = models.CharField(max_length=64)
    traceparent = models.CharField(max_length=55)
    data = models.JSONField()
    occurred_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="", db_default="")

    class Meta:
        db_table = "events_outbox"
        verbose_name = "fact told"
        verbose_name_plural = "facts told"
        indexes = [
            models.Index(fields=["sequence"], condition=Q(published_at=None), name="outbox_unsent"),
            models.Index(fields=["aggregate", "sequence"], condition=Q(published_at=None), name="outbox_unsent_of_one"),
            models.Index(fields=["occurred_at"], name="outbox_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.fact_id}"


class InboxMessage(models.Model):
    """A fact that was handled. The row commits with the effect, so the effect happens once."""

    pk = models.CompositePrimaryKey("fact_id", "handler")
    fact_id = models.UUIDField()
    handler = models.CharField(max_length=128)
    name = models.CharField(max_length=128)
    handled_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "events_inbox"


class HeardFact(models.Model):
    """The same rows as Django's admin can show them, which knows no key of two columns.

    A service has one handler a fact, so that the fact's id is enough.
    """

    fact_id = models.UUIDField(primary_key=True)
    handler = models.CharField(max_length=128)
    name = models.CharField(max_length=128)
    handled_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "events_inbox"
        verbose_name = "fact heard"
        verbose_name_plural = "facts heard"

    def __str__(self) -> str:
        return f"{self.name} {self.fact_id}"


class HandlingFailure(models.Model):
    """Why a fact could not be handled, when it was last tried: what a person reads before replaying it."""

    pk = models.CompositePrimaryKey("fact_id", "handler")
    fact_id = models.UUIDField()
    handler = models.CharField(max_length=128)
    error = models.TextField()
    attempts = models.PositiveIntegerField()
    failed_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "events_failure"
        verbose_name = "dead letter"
        verbose_name_plural = "dead letters"


class KnownSubscription(models.Model):
    """What this service reacts to, and from which facts on: it cannot have heard those that were told before."""

    pk = models.CompositePrimaryKey("name", "handler")
    name = models.CharField(max_length=128)
    handler = models.CharField(max_length=128)
    since = models.DateTimeField(null=True)
    """None: from the beginning."""

    class Meta:
        db_table = "events_subscription"
