"""Changes that other services are still to be told of."""

from django.db import models


class UntoldPage(models.Model):
    """A product whose page has changed, of which other services have not been told yet."""

    product_id = models.UUIDField()
