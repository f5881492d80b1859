"""The items of a wishlist."""

from django.conf import settings
from django.db import models

from common.models import TimestampedModel

PRODUCT_IS_LISTED_ONCE = "product_is_wished_for_once"


class WishlistItem(TimestampedModel):
    """A product that a person wants to find again. Only product_svc knows whether it is still for sale."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wishlist")
    product_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "product_id"], name=PRODUCT_IS_LISTED_ONCE)]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="wishlist_newest_first")]
