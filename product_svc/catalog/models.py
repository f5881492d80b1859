"""What is for sale."""

from collections.abc import Iterator

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorCombinable, SearchVectorField
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.expressions import OrderBy
from django.db.models.functions import Cast, Coalesce, NullIf, Round

from common.models import TimestampedModel
from common.money import Money
from product_svc.catalog import rules


class SellerProfile(models.Model):
    """Who sells: our own copy of what user_svc tells, or of what the seller's first request said."""

    class Status(models.TextChoices):
        """Whether somebody may sell."""

        PENDING = "pending"
        APPROVED = "approved"
        SUSPENDED = "suspended"

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=rules.MAX_SELLER_NAME)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.APPROVED)
    version = models.BigIntegerField(default=0)
    """The highest seen of the account's; 0 before user_svc told of it."""
    shop_version = models.BigIntegerField(default=0)
    """The highest seen of the shop's, which are counted by themselves; 0 before user_svc told of it."""
    followed_up_to = models.UUIDField(null=True)
    """Up to which of the products, by their ids, all are as their seller's name and status say; null for all."""

    class Meta:
        indexes = [
            models.Index(fields=["followed_up_to"], condition=Q(followed_up_to__isnull=False), name="seller_unfollowed")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_approved(self) -> bool:
        """Whether what they publish is shown and can be bought."""
        return self.status == self.Status.APPROVED


class Category(TimestampedModel):
    """A shelf of the shop, on another one or on none."""

    slug = models.CharField(max_length=rules.MAX_SLUG)
    name = models.CharField(max_length=rules.MAX_NAME)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    named_up_to = models.UUIDField(null=True)
    """Up to which of the products, by their ids, all are found by the category's name; null for all."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug"], name="category_slug_is_unique")]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Status(models.TextChoices):
    """Whether a product is shown."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"
    WITHHELD = "withheld"
    """Published by somebody who may not sell at the moment: nobody chooses it, and it ends by itself."""


CHOSEN_STATUSES = (Status.DRAFT.value, Status.PUBLISHED.value, Status.ARCHIVED.value)
CHOSEN_STATUS = Case(When(status=Status.WITHHELD.value, then=Value(Status.PUBLISHED.value)), default=F("status"))
"""What those who may change a product know as its status."""


class _TextsOf(SearchVectorCombinable, Func):
    """The words of all texts in a JSON document, as weighty as ``C``."""

    template = """setweight(jsonb_to_tsvector('english', %(expressions)s, '["string"]'), 'C')"""
    output_field = SearchVectorField()


RATED = Coalesce("rating_average", Value(0, models.DecimalField()))
"""The average by which products are put in order: the unrated come last."""

_AVERAGE = Round(
    Cast("rating_sum", models.DecimalField(max_digits=18, decimal_places=0)) / NullIf("rating_count", 0), precision=2
)
_COMPARABLE = Case(
    *(
        When(currency__in=codes, then=F("price_minor") * 10 ** (rules.COMPARABLE_PLACES - places))
        for places, codes in rules.UNUSUAL_CURRENCIES.items()
    ),
    default=F("price_minor") * 10 ** (rules.COMPARABLE_PLACES - rules.USUAL_PLACES),
)
# Also as it stands, so that words that English leaves out or shortens are found as they are typed.
_TITLE_WORDS = SearchVector("title", config="english", weight="A") + SearchVector("title", config="simple", weight="A")
_WORDS = (
    _TITLE_WORDS
    + SearchVector("keywords", config="english", weight="B")
    + _TextsOf("attributes")
    + SearchVector("description", config="english", weight="D")
)
_PUBLISHED = Q(status=Status.PUBLISHED)
# What was written last is kept in a list that each search reads whole: a short one, in kilobytes. Drafts stand in these
# indexes, too: PostgreSQL lets no two indexes work together that are both of published products alone.
_LATELY_WRITTEN = 256


def _listing_indexes() -> Iterator[models.Index]:
    """Each order of the list, in the whole shop and for each thing that narrows it down.

    The price stands at the end of each, so that what costs too little or too much is passed over within the index.
    """
    orders: dict[str, tuple[F | OrderBy, ...]] = {
        "age": (F("created_at").desc(), F("id").desc(), F("comparable_price")),
        "price": (F("comparable_price"), F("id")),
        "rating": (
            RATED.desc(),
            F("rating_count").desc(),
            F("created_at").desc(),
            F("id").desc(),
            F("comparable_price"),
        ),
    }
    for order, keys in orders.items():
        yield models.Index(*keys, condition=_PUBLISHED, name=f"published_by_{order}")
        for narrowed in ("category", "seller", "is_in_stock"):
            yield models.Index(F(narrowed), *keys, condition=_PUBLISHED, name=f"published_{narrowed}_{order}")


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
        expression=_AVERAGE,
        output_field=models.DecimalField(max_digits=3, decimal_places=2),
        db_persist=True,
    )
    """Null until somebody rates it."""
    is_in_stock = models.BooleanField(default=False)
    """Whether anything of it can be ordered. The inventory keeps it."""
    comparable_price = models.GeneratedField(
        expression=_COMPARABLE, output_field=models.BigIntegerField(), db_persist=True
    )
    """Its price in ten-thousandths, whatever the currency: by this it is put in order and compared with bounds."""
    keywords = models.TextField(default="")
    """What its seller and its category are called: it is found by these words, too."""
    words = models.GeneratedField(expression=_WORDS, output_field=SearchVectorField(), db_persist=True)
    """What a search finds it by, and how weighty that is."""
    title_words = models.GeneratedField(expression=_TITLE_WORDS, output_field=SearchVectorField(), db_persist=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="product_slug_is_unique"),
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="product_price_is_positive"),
            models.CheckConstraint(condition=Q(rating_count__gte=0), name="product_ratings_are_counted"),
        ]
        indexes = [
            *_listing_indexes(),
            models.Index(CHOSEN_STATUS, F("created_at").desc(), F("id").desc(), name="chosen_by_age"),
            GinIndex(fields=["words"], name="product_words", gin_pending_list_limit=_LATELY_WRITTEN),
            GinIndex(fields=["title_words"], name="product_title_words", gin_pending_list_limit=_LATELY_WRITTEN),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def chosen_status(self) -> str:
        """The status as its seller chose it."""
        return Status.PUBLISHED if self.status == Status.WITHHELD else self.status

    @property
    def price(self) -> Money:
        """What a variant without a price of its own costs."""
        return Money(self.price_minor, self.currency)


class SearchWord(models.Model):
    """A word that a product has, as the search knows it, for those who type half of it or misspell it."""

    word = models.CharField(primary_key=True, max_length=rules.MAX_SEARCH_WORD)
    products = models.PositiveIntegerField(default=1)
    """How many had it when they were last counted."""

    class Meta:
        indexes = [GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="search_word_trigrams")]


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

    def __str__(self) -> str:
        return self.sku

    @property
    def currency(self) -> str:
        """Its product's."""
        return self.product.currency

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
