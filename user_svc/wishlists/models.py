"""What is on a wishlist."""

from django.conf import settings
from django.db import models

from common.models import TimestampedModel

PRODUCT_IS_LISTED_ONCE = "product_is_wished_for_once"


class WishlistItem(TimestampedModel):
    """A product that somebody wants to find again. Whether it is still for sale, product_svc knows."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wishlist")
    product_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "product_id"], name=PRODUCT_IS_LISTED_ONCE)]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="wishlist_newest_first")]
