"""Reading what is for sale."""

from product_svc.catalog.selectors.categories import (
    CategoryNode,
    category_branch,
    category_called,
    category_tree,
    keys_of_lines,
    parents_of_categories,
)
from product_svc.catalog.selectors.listing import Listing, listed_products
from product_svc.catalog.selectors.products import (
    Whereabouts,
    product_ids_of,
    product_page,
    product_row,
    product_seen_by,
    product_to_change,
    published_product,
    whereabouts,
)

__all__ = [
    "CategoryNode",
    "Listing",
    "Whereabouts",
    "category_branch",
    "category_called",
    "category_tree",
    "keys_of_lines",
    "listed_products",
    "parents_of_categories",
    "product_ids_of",
    "product_page",
    "product_row",
    "product_seen_by",
    "product_to_change",
    "published_product",
    "whereabouts",
]
