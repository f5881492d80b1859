"""What others are still to be told."""

from django.db import models


class UntoldPage(models.Model):
    """That a product's page shows something else, and those who keep answers elsewhere do not know it yet."""

    product_id = models.UUIDField()
