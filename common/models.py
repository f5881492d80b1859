"""What the models of all services share."""

import uuid

from django.db import models


class TimestampedModel(models.Model):
    """A row with a random public id that knows when it was made and last changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
