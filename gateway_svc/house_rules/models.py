"""What is set. Each limit and each route has a row; whatever is empty in it is as the environment and the code say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from common.models import TimestampedModel
from gateway_svc.house_rules import rules


def _number(bounds: rules.Bounds, help_text: str) -> models.PositiveIntegerField[Any, Any]:
    validators = [MinValueValidator(bounds.least), MaxValueValidator(bounds.most)]
    return models.PositiveIntegerField(null=True, blank=True, validators=validators, help_text=help_text)


class Limit(models.Model):
    """How much one may ask, of one kind."""

    label = models.CharField(max_length=40, primary_key=True)
    requests = _number(rules.REQUESTS, "So many at once; they come back evenly over the window.")
    window_seconds = _number(rules.WINDOW, "In so many seconds all have come back.")
    is_off = models.BooleanField("off", default=False, help_text="Nobody is counted.")

    class Meta:
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label


class Route(models.Model):
    """What the requests of one route may cost, and whether it is open."""

    path = models.CharField(max_length=120, primary_key=True)
    """As the gateway's table has it: a prefix, or a method and the very path."""
    body_bytes = _number(rules.BODY, "The largest body that is taken.")
    body_seconds = _number(rules.SECONDS, "For all of a body to arrive.")
    connect_seconds = _number(rules.SECONDS, "For an instance to be there at all; up to three are tried.")
    first_byte_seconds = _number(rules.SECONDS, "From the end of the request to the beginning of its answer.")
    idle_seconds = _number(rules.SECONDS, "Between two pieces of a body.")
    total_seconds = _number(rules.SECONDS, "From the end of the request to the end of its answer.")
    closed_because = models.CharField(
        max_length=300, blank=True, help_text="What those who come are told while it is closed; empty: it is open."
    )
    back_in_seconds = _number(rules.BACK_IN, "When those who come are told to try again, if it is closed.")

    class Meta:
        ordering = ["path"]

    def __str__(self) -> str:
        return self.path


class Block(TimestampedModel):
    """Somebody who is let in nowhere."""

    kind = models.CharField(max_length=10, choices=rules.KINDS)
    value = models.CharField(max_length=50)
    """A network (CIDR), or the id of an account or an API key."""
    reason = models.CharField(max_length=300)
    """For staff; who is blocked is not told."""
    ends_at = models.DateTimeField(null=True, blank=True)
    """None: until it is lifted."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="one_block_of_each")]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="block_newest_first"),
            models.Index(fields=["value"], name="block_by_value"),
            models.Index(fields=["ends_at"], name="block_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"

    def holds(self, *, now: datetime) -> bool:
        """It keeps somebody out."""
        return self.ends_at is None or self.ends_at > now


@dataclass(frozen=True)
class Rules:
    """All that is set."""

    limits: tuple[Limit, ...] = ()
    routes: tuple[Route, ...] = ()
    blocks: tuple[Block, ...] = ()
