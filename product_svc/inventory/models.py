"""How much there is, what became of it, and what is put aside."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from common.models import TimestampedModel
from product_svc.inventory import rules


class StockItem(TimestampedModel):
    """How many of a SKU there are, and how many of them wait for orders to be paid."""

    sku = models.CharField(max_length=64)
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    variant = models.OneToOneField("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    on_hand = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    low_at = models.PositiveIntegerField(default=rules.LOW_AT, db_default=rules.LOW_AT)
    """From how many on hand its seller is warned."""
    version = models.BigIntegerField(default=1)
    """Rises with each change of ``on_hand``, which is what others are told of."""
    has_moved = False
    """Whether, since it was read, there are more or fewer to be ordered."""
    has_turned = False
    """Whether, since it was read, the last one went or the first one came."""
    has_run_low = False
    """Whether, since it was read, it sank so far that its seller is to be warned."""
    product_slug = product_title = ""
    seller_id: UUID | None = None
    """Its product's, where they were read with it."""
    put_aside = 0
    """How much of it was put aside for the order at hand, where that was read with it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku"], name="stock_sku_is_unique"),
            # The last line of defence: whatever else goes wrong, nothing is promised that is not there.
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("on_hand")), name="stock_covers_reservations"
            ),
        ]

    def __str__(self) -> str:
        return self.sku

    @property
    def available(self) -> int:
        """How many can still be ordered."""
        return self.on_hand - self.reserved

    def reserve(self, quantity: int) -> None:
        """Put some aside."""
        self._change(reserved=quantity)

    def release(self, quantity: int) -> None:
        """Give back what was put aside."""
        self._change(reserved=-quantity)

    def sell(self, quantity: int) -> None:
        """Take out what was put aside."""
        self._change(on_hand=-quantity, reserved=-quantity)
        self.version += 1

    def move(self, delta: int) -> None:
        """Count what came in or went out."""
        self._change(on_hand=delta)
        self.version += 1

    def _change(self, *, on_hand: int = 0, reserved: int = 0) -> None:
        before, on_hand_before = self.available, self.on_hand
        self.on_hand += on_hand
        self.reserved += reserved
        self.has_moved = self.has_moved or before != self.available
        self.has_turned = self.has_turned or (before > 0) != (self.available > 0)
        self.has_run_low = self.has_run_low or rules.has_run_low(
            before=on_hand_before, now=self.on_hand, low_at=self.low_at
        )


class Kind(models.TextChoices):
    """Why stock moved."""

    RECEIVED = "received"
    ADJUSTED = "adjusted"
    SOLD = "sold"
    RETURNED = "returned"


class StockMovement(models.Model):
    """A line of the ledger: ``on_hand`` of an item is the sum of its deltas. Lines are only ever added."""

    item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="movements")
    delta = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    reason = models.CharField(max_length=200, blank=True)
    order_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(delta=0), name="movement_moves_something"),
            models.UniqueConstraint(
                fields=["order_id", "item", "kind"],
                condition=Q(order_id__isnull=False),
                name="an_order_moves_an_item_once",
            ),
        ]


class Stage(models.TextChoices):
    """How far an order's stock has come."""

    NEW = "new"
    RESERVED = "reserved"
    REJECTED = "rejected"
    SOLD = "sold"
    RELEASED = "released"
    """Cancelled. It may be all that is known of the order: then it will never reserve."""


class OrderStock(models.Model):
    """Where an order stands with us; its row is the lock under which the order's facts are judged."""

    order_id = models.UUIDField(primary_key=True)
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.NEW)


class Reservation(models.Model):
    """Some of a SKU, put aside for an order."""

    class Status(models.TextChoices):
        """What became of it."""

        OPEN = "open"
        CONSUMED = "consumed"
        RELEASED = "released"

    order = models.ForeignKey(OrderStock, on_delete=models.PROTECT, related_name="reservations", db_index=False)
    item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="reservations")
    quantity = models.BigIntegerField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.OPEN)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "item"], name="one_reservation_an_order_and_item"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_is_of_something"),
        ]
