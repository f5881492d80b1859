"""What is for sale."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, NullIf, Round

from common.models import TimestampedModel
from common.money import Money
from product_svc.catalog import rules


class SellerProfile(models.Model):
    """Who sells: our own copy of what user_svc tells, or of what the seller's first request said."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=rules.MAX_SELLER_NAME)
    version = models.BigIntegerField(default=0)
    """The highest seen; 0 before user_svc told anything."""


class Category(TimestampedModel):
    """A shelf of the shop, on another one or on none."""

    slug = models.CharField(max_length=rules.MAX_SLUG)
    name = models.CharField(max_length=rules.MAX_NAME)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug"], name="category_slug_is_unique")]


class Status(models.TextChoices):
    """Whether a product is shown."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


_WHOLE = models.DecimalField(max_digits=18, decimal_places=0)


class Product(TimestampedModel):
    """Something for sale, in one or more variants."""

    seller = models.ForeignKey(SellerProfile, on_delete=models.PROTECT, related_name="products")
    slug = models.CharField(max_length=rules.MAX_SLUG)
    title = models.CharField(max_length=rules.MAX_TITLE)
    description = models.TextField(blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="products")
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    attributes = models.JSONField(default=dict)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.DRAFT)
    version = models.BigIntegerField(default=1)
    rating_count = models.BigIntegerField(default=0)
    rating_sum = models.BigIntegerField(default=0)
    rating_average = models.GeneratedField(
        expression=Round(Cast("rating_sum", _WHOLE) / NullIf("rating_count", 0), precision=2),
        output_field=models.DecimalField(max_digits=3, decimal_places=2),
        db_persist=True,
    )
    """Null until somebody rates it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="product_slug_is_unique"),
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="product_price_is_positive"),
            models.CheckConstraint(condition=Q(rating_count__gte=0), name="product_ratings_are_counted"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], condition=Q(status=Status.PUBLISHED), name="published_by_age"),
            models.Index(fields=["price_minor", "id"], condition=Q(status=Status.PUBLISHED), name="published_by_price"),
        ]

    @property
    def price(self) -> Money:
        """What a variant without a price of its own costs."""
        return Money(self.price_minor, self.currency)

    @property
    def cover(self) -> "ProductImage | None":
        """Its first picture."""
        return next(iter(self.images.all()), None)


class Variant(TimestampedModel):
    """One thing that can be bought. A SKU is never given to another product, so a variant is retired, not deleted."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    sku = models.CharField(max_length=rules.MAX_SKU)
    title = models.CharField(max_length=rules.MAX_TITLE, blank=True)
    """What tells it from its siblings; empty for an only child."""
    price_minor = models.BigIntegerField(null=True)
    """In the product's currency; null: what the product costs."""
    attributes = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField()
    is_retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sku"], name="variant_sku_is_unique"),
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="variant_price_is_positive"),
        ]

    @property
    def price(self) -> Money:
        """What one of it costs."""
        return self.product.price if self.price_minor is None else Money(self.price_minor, self.product.currency)


class ProductImage(models.Model):
    """A picture of a product, kept by file_svc."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    file_id = models.UUIDField()
    alt = models.CharField(max_length=rules.MAX_TITLE, blank=True)
    position = models.PositiveSmallIntegerField()
    placed_by = models.UUIDField(null=True)
    """The member of staff who put it there; null for the product's seller."""
    awaited_since = models.DateTimeField(null=True)
    """Since when nothing is known of its file; null for one that was judged."""

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["product", "position"], name="one_image_a_position")]
        indexes = [
            models.Index(fields=["file_id"], name="image_by_file"),
            models.Index(fields=["awaited_since"], condition=Q(awaited_since__isnull=False), name="image_awaited"),
        ]
