"""The copy of what is known of files."""

from django.db import models
from django.db.models import Q


class Picture(models.Model):
    """A file of whatever kind, as file_svc last told of it. Its row is the lock for showing it and for learning of it.

    One that somebody wants to show before anything was told of it is only an id. One that was deleted stays, for the
    fact that it was stored may still be on its way.
    """

    file_id = models.UUIDField(primary_key=True)
    owner_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=64)
    content_type = models.CharField(max_length=255)
    visibility = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    is_deleted = models.BooleanField(default=False)
    version = models.BigIntegerField(default=0)
    """The highest seen; 0 before file_svc told anything."""
    wanted_at = models.DateTimeField(null=True)
    """When somebody last put it somewhere."""

    class Meta:
        indexes = [models.Index(fields=["wanted_at"], condition=Q(version=0), name="picture_unheard_of")]

    @property
    def is_known(self) -> bool:
        """Something was told of it."""
        return self.version > 0
