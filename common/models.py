"""What the models of all services share."""

import uuid

from django.db import models

from common import clock


class TimestampedModel(models.Model):
    """A row with a random public id that knows when it was made and last changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def touch(self) -> None:
        """Note that it changes now, as Django does by itself where no SQL of our own saves the row."""
        self.updated_at = clock.now()
