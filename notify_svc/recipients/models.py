"""People, as far as one must know them to write to them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Recipient(models.Model):
    """Somebody with an account: a copy, as new as the highest version seen."""

    user_id = models.UUIDField(primary_key=True)
    email = models.EmailField(max_length=254)
    full_name = models.CharField(max_length=200)
    roles = ArrayField(models.CharField(max_length=32), default=list)
    is_active = models.BooleanField(default=True, db_default=True)
    """False for whom the shop keeps out: nobody writes to them."""
    version = models.BigIntegerField()

    def __str__(self) -> str:
        return self.full_name or self.email
