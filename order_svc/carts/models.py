"""Carts and what lies in them. A cart that was ordered, or merged into another one, is gone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from common.models import TimestampedModel
from common.money import Money
from order_svc.carts import rules


class Cart(TimestampedModel):
    """A customer's one open cart, or a guest's, which is known only by the token of its id.

    Its row is the lock for changing it.
    """

    customer_id = models.UUIDField(null=True, unique=True)
    """None for a guest."""
    left_out = models.JSONField(default=dict, db_default={}, blank=True)
    """Quantities by SKU that a merged guest cart held and this one had no room for; until that SKU is changed."""

    class Meta:
        indexes = [models.Index(fields=["updated_at"], condition=Q(customer_id=None), name="cart_of_guest_by_age")]


class SpentGuestCart(models.Model):
    """A guest's cart that was merged into a customer's: its token, which others may have too, is no longer valid."""

    id = models.UUIDField(primary_key=True)
    spent_at = models.DateTimeField(auto_now_add=True, db_index=True)


class CartItem(models.Model):
    """So many of a SKU. It stays when the SKU is taken off sale, so that its holder is told."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items", db_index=False)
    offer = models.ForeignKey(
        "offers.Offer", on_delete=models.PROTECT, related_name="+", db_column="sku", db_index=False
    )
    quantity = models.PositiveIntegerField()
    seen_price_minor = models.BigIntegerField()
    """The price when its holder last changed the line: only for telling them of a change, never what is paid."""
    seen_currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "offer"], name="cart_has_one_item_a_sku"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=rules.MAX_QUANTITY), name="cart_item_is_orderable"
            ),
        ]

    @property
    def sku(self) -> str:
        """What it is."""
        return str(self.offer_id)

    @property
    def seen_price(self) -> Money:
        """What one of it cost when its holder last touched it."""
        return Money(self.seen_price_minor, self.seen_currency)
