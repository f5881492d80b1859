"""What product_svc tells of its catalogue."""

from dataclasses import dataclass

from common.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class ProductVariant:
    """One thing that can be bought."""

    sku: str
    title: str
    price_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ProductChanged(Contract, name="products.product_changed.v1", aggregate="product_id"):
    """A product is now like this, whole: whoever keeps a copy replaces what it had."""

    product_id: str
    seller_id: str
    slug: str
    title: str
    status: str
    """``draft``, ``published``, ``archived``, or ``withheld`` where somebody published it who may not sell at the
    moment; only a published one can be bought."""
    variants: tuple[ProductVariant, ...]
    categories: tuple[str, ...] = ()
    """The id of the category in which it stands, and of the one in which it stood before this change."""
