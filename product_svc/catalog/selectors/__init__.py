"""Reading what is for sale."""

from product_svc.catalog.selectors.categories import (
    CategoryNode,
    category_branch,
    category_called,
    category_tree,
    parents_of_categories,
)
from product_svc.catalog.selectors.products import (
    listed_products,
    product_ids_of,
    product_page,
    product_row,
    product_seen_by,
    product_to_change,
)

__all__ = [
    "CategoryNode",
    "category_branch",
    "category_called",
    "category_tree",
    "listed_products",
    "parents_of_categories",
    "product_ids_of",
    "product_page",
    "product_row",
    "product_seen_by",
    "product_to_change",
]
