"""What order_svc tells."""

from dataclasses import dataclass

from common.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """One SKU of an order, as it was priced when the order was placed."""

    sku: str
    title: str
    quantity: int
    unit_price_minor: int
    seller_id: str


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Contract, name="orders.order_placed.v1", aggregate="order_id"):
    """A customer has ordered; nothing is reserved or paid yet."""

    order_id: str
    number: str
    customer_id: str
    lines: tuple[OrderLine, ...]
    total_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class OrderConfirmed(Contract, name="orders.order_confirmed.v1", aggregate="order_id"):
    """An order is reserved and paid; it will be sent."""

    order_id: str
    number: str
    customer_id: str
    lines: tuple[OrderLine, ...]
    total_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Contract, name="orders.order_cancelled.v1", aggregate="order_id"):
    """An order will not be sent; whatever was put aside for it is free again."""

    order_id: str
    number: str
    customer_id: str
    reason: str
    """``out_of_stock``, ``payment_declined``, ``customer`` or ``expired``."""
    seller_ids: tuple[str, ...] = ()
    """Whose lines it held, if they had been told that it is confirmed; else empty."""
    is_by_shop: bool = False
    """Whether those who run the shop called it off, though the ``reason`` is ``customer``."""


@dataclass(frozen=True, kw_only=True)
class OrderRefunded(Contract, name="orders.order_refunded.v1", aggregate="order_id"):
    """The money that was taken for an order went back to its customer."""

    order_id: str
    number: str
    customer_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class OrderShipped(Contract, name="orders.order_shipped.v1", aggregate="order_id"):
    """Lines of an order are on their way: each seller sends their own."""

    order_id: str
    number: str
    customer_id: str
    lines: tuple[OrderLine, ...]
    """What was sent now."""
    tracking: str
    """What the carrier calls the parcel; empty where that is not known."""
    is_complete: bool
    """Nothing of the order is left to send."""


@dataclass(frozen=True, kw_only=True)
class OrderDelivered(Contract, name="orders.order_delivered.v1", aggregate="order_id"):
    """An order has arrived, whole."""

    order_id: str
    number: str
    customer_id: str
