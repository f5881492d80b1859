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


@dataclass(frozen=True, kw_only=True)
class ShowingChanged(Contract, name="products.showing_changed.v1", aggregate="change_id", required=False):
    """The shop shows something else now although no product itself has changed: ratings, what there is left, the names
    of sellers and categories, the tree of categories. For those who keep what was shown.
    """

    change_id: str
    products: tuple[str, ...] = ()
    """Ids and slugs of the products whose pages are different."""
    lists: bool = False
    """Lists of products are different too."""
    categories: bool = False
    """The tree of categories is different."""
    everything: bool = False
    """So much is different that it is not named."""
