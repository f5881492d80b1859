"""What has to be known of people to write to them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Recipient(models.Model):
    """A person with an account: a local copy of the highest version seen."""

    user_id = models.UUIDField(primary_key=True)
    email = models.EmailField(max_length=254)
    full_name = models.CharField(max_length=200)
    roles = ArrayField(models.CharField(max_length=32), default=list)
    is_active = models.BooleanField(default=True, db_default=True)
    """False while the account is disabled: nothing is sent then."""
    version = models.BigIntegerField()

    def __str__(self) -> str:
        return self.full_name or self.email
