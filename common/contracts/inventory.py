"""What product_svc tells of its stock."""

from dataclasses import dataclass

from common.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class Shortage:
    """A line that could not be served."""

    sku: str
    wanted: int
    available: int


@dataclass(frozen=True, kw_only=True)
class StockReserved(Contract, name="inventory.stock_reserved.v1", aggregate="order_id"):
    """Every line of an order is put aside; it can be paid."""

    order_id: str


@dataclass(frozen=True, kw_only=True)
class StockRejected(Contract, name="inventory.stock_rejected.v1", aggregate="order_id"):
    """At least one line of an order cannot be served, so nothing was put aside."""

    order_id: str
    shortages: tuple[Shortage, ...]


@dataclass(frozen=True, kw_only=True)
class StockChanged(Contract, name="inventory.stock_changed.v1", aggregate="sku", required=False):
    """There is now this much of a SKU."""

    sku: str
    product_id: str
    on_hand: int
    available: int
    delta: int = 0
    """By how many it changed, where one order changed it."""
    order_id: str = ""
    """That order."""


@dataclass(frozen=True, kw_only=True)
class StockLow(Contract, name="inventory.stock_low.v1", aggregate="sku"):
    """There was more of a SKU than its seller wants to hear of, and now there is not; or the last one went."""

    sku: str
    product_id: str
    product_title: str
    product_slug: str
    seller_id: str
    on_hand: int
    low_at: int
    """From how many on, downwards, the seller wants to hear of it."""
