"""The copy of what can be bought."""

from django.db import models

from common.money import Money


class OfferedProduct(models.Model):
    """Up to which version a product's offers are kept; its row is the lock for changing them."""

    product_id = models.UUIDField(primary_key=True)
    version = models.BigIntegerField(default=-1)
    """The highest seen; -1 before the first."""


class Offer(models.Model):
    """A SKU at its current price. One that can no longer be bought stays, as unavailable."""

    sku = models.CharField(max_length=128, primary_key=True)
    product_id = models.UUIDField(db_index=True)
    seller_id = models.UUIDField()
    title = models.TextField()
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    is_available = models.BooleanField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(price_minor__gte=0), name="offer_price_is_not_negative")
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def price(self) -> Money:
        """What one of it costs."""
        return Money(self.price_minor, self.currency)


class OfferedStock(models.Model):
    """How many of a SKU could be ordered when that last changed. A hint: what is put aside meanwhile is not told.

    A table of its own, since stock may be heard of before the product is.
    """

    sku = models.CharField(max_length=128, primary_key=True)
    available = models.BigIntegerField()
    version = models.BigIntegerField()
