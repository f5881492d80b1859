"""Purchases, and the reviews to which they give the right."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from common.models import TimestampedModel
from product_svc.reviews import rules


class Purchase(models.Model):
    """Somebody bought a product. It stays when the order is cancelled later: who was let down may say so."""

    customer_id = models.UUIDField()
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+", db_index=False)
    order_id = models.UUIDField()
    bought_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id", "product", "order_id"], name="one_purchase_a_product_and_order"
            )
        ]


class Review(TimestampedModel):
    """What a buyer thinks of a product."""

    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+", db_index=False)
    author_id = models.UUIDField()
    author = models.CharField(max_length=rules.MAX_AUTHOR)
    """As shown to everybody; the whole name is not kept."""
    rating = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=rules.MAX_TITLE)
    body = models.TextField()
    images = ArrayField(models.UUIDField(), default=list, size=rules.MAX_IMAGES)
    """The ids of its pictures, which file_svc keeps."""
    awaits_pictures_since = models.DateTimeField(null=True)
    """When pictures were put there of some of which nothing was known; None once that is settled."""
    version = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "author_id"], name="one_review_a_product_and_person"),
            models.CheckConstraint(
                condition=Q(rating__range=(rules.WORST_RATING, rules.BEST_RATING)), name="rating_is_on_the_scale"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="reviews_newest_first"),
            models.Index(fields=["product", "-created_at", "-id"], name="reviews_by_age"),
            models.Index(fields=["product", "rating", "-created_at", "-id"], name="reviews_by_rating_and_age"),
            GinIndex(fields=["images"], name="reviews_by_picture"),
            models.Index(
                fields=["awaits_pictures_since"],
                condition=Q(awaits_pictures_since__isnull=False),
                name="reviews_awaiting_pictures",
            ),
        ]

    def __str__(self) -> str:
        return self.title
