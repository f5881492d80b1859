"""Invariant 8: the ratings that a product shows are those of its reviews."""

from __future__ import annotations

from collections.abc import Iterator

from common.topology import PRODUCTS
from ops.verify.books import Books
from ops.verify.breach import Breach

_PRODUCTS = """
    SELECT product.id, product.rating_sum, product.rating_count,
        coalesce(said.total, 0) AS said_sum, coalesce(said.number, 0) AS said_count
    FROM catalog_product AS product
    LEFT JOIN (SELECT product_id, sum(rating) AS total, count(*) AS number FROM reviews_review
        GROUP BY product_id) AS said ON said.product_id = product.id
    WHERE product.rating_sum <> coalesce(said.total, 0) OR product.rating_count <> coalesce(said.number, 0)
"""


def ratings_add_up(books: Books) -> Iterator[Breach]:
    """Sum and count of a product's ratings are those of its reviews."""
    for row in books.rows(PRODUCTS, _PRODUCTS):
        shown = str({name: str(value) for name, value in row.items()})
        yield Breach(f"product {row['id']}", "its rating is not that of its reviews", shown)
