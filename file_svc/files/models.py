"""Files as they are kept: a row here, an object in the storage."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from common.models import TimestampedModel
from file_svc.files import rules


class Status(models.TextChoices):
    """The state of a file."""

    STORING = "storing"
    STORED = "stored"
    DELETED = "deleted"


class Visibility(models.TextChoices):
    """Who may read a file besides its owner and staff."""

    PUBLIC = rules.PUBLIC
    PRIVATE = rules.PRIVATE


class StoredFile(TimestampedModel):
    """An upload. Its row is created before its object and deleted after it, so no object is ever without a row."""

    owner_id = models.UUIDField()
    purpose = models.CharField(max_length=16)
    visibility = models.CharField(max_length=8, choices=Visibility.choices)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.STORING)
    key = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=255)
    """As its owner named it: shown, and offered when saving; never part of a path."""
    content_type = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    variants_problem = models.CharField(max_length=200, default="", blank=True)
    """Why the smaller sizes of a picture could not be made; empty if they were, or were not tried yet."""
    awaits_variants = models.BooleanField(default=False)
    """True for a picture until its smaller sizes are made, or have turned out to be impossible."""
    variants_tried_at = models.DateTimeField(null=True)
    """When the scheduled job last tried to make them, which may have failed; None if it never has."""
    idempotency_key = models.CharField(max_length=255, null=True)
    """That of the request that created it, so that a retry creates no other; cleared when the file is deleted."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="file_is_not_empty"),
            models.UniqueConstraint(
                fields=["owner_id", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="one_file_a_key",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], condition=Q(status="stored"), name="file_newest_first"),
            models.Index(fields=["owner_id", "-created_at", "-id"], condition=Q(status="stored"), name="file_by_age"),
            models.Index(
                fields=["owner_id", "name", "-created_at", "-id"], condition=Q(status="stored"), name="file_by_name"
            ),
            models.Index(fields=["created_at"], condition=Q(status="storing"), name="file_unfinished"),
            models.Index(fields=["updated_at"], condition=Q(status="deleted"), name="file_to_remove"),
            models.Index(fields=["created_at"], condition=Q(awaits_variants=True), name="file_without_variants"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        """Whether it has smaller sizes."""
        return self.content_type in rules.PICTURES

    @property
    def is_public(self) -> bool:
        """Readable by anyone."""
        return self.visibility == Visibility.PUBLIC

    def variants_by_name(self) -> dict[str, FileVariant | None]:
        """Every size that pictures have, with None for one that is not made yet."""
        made = {variant.name: variant for variant in self.variants.all()}
        return {name: made.get(name) for name in rules.VARIANTS}

    def is_like(self, other: StoredFile) -> bool:
        """Whether the requests for both asked for the same, with the same content."""
        told = ("purpose", "visibility", "name", "content_type", "size", "sha256")
        return all(getattr(self, name) == getattr(other, name) for name in told)

    def belongs_to(self, person_id: uuid.UUID | None) -> bool:
        """Whether this person is its owner."""
        return self.owner_id == person_id


class FileVariant(models.Model):
    """A picture in a smaller size."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="variants")
    name = models.CharField(max_length=8)
    key = models.CharField(max_length=100, unique=True)
    content_type = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "name"], name="one_variant_a_size")]


class StorageSweep(models.Model):
    """The position of a sweep through the storage, which takes several runs."""

    name = models.CharField(max_length=32, primary_key=True)
    position = models.CharField(max_length=1024, default="", blank=True)
    """The last key that was checked; empty to start from the beginning."""


def original_key(file_id: uuid.UUID) -> str:
    """The key of a file's object: made from its id, so that no client can influence it."""
    return f"{file_id.hex[:2]}/{file_id}/original"


def variant_keys(file_id: uuid.UUID) -> dict[str, str]:
    """The keys of its smaller sizes, by name; always the same, so that making them again replaces them."""
    return {name: f"{file_id.hex[:2]}/{file_id}/{name}.webp" for name in rules.VARIANTS}
