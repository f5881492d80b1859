"""Families: what an answer belongs to, and so what a change makes old.

A list belongs to one: to its category if it is narrowed to one, else to its seller, else to all. A page of a product
belongs to the product, by whatever it was asked for. And everything belongs together: some changes touch very many.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

EVERYTHING = "everything"
"""All that is kept."""

TREE = "categories"
"""The tree of categories."""

ALL = "all"
"""The lists that are narrowed to no category and no seller."""


def of_list(*, category: str | None, seller: UUID | None) -> str:
    """The family of a list; a category is called by its id or by its slug."""
    if category is not None:
        return f"category:{category}"
    return ALL if seller is None else f"seller:{seller}"


def of_page(key: str) -> str:
    """The family of a product's page, the product being called by its id or by its slug."""
    return f"product:{key}"


def pages_of(products: Iterable[tuple[UUID, str]]) -> set[str]:
    """The families of all pages of these products, given by id and slug."""
    return {of_page(str(key)) for product in products for key in product}


def lists_of(*, sellers: Iterable[UUID], categories: Iterable[str]) -> set[str]:
    """The families of all lists in which products stand: of these sellers, and in categories that are called so."""
    narrowed = {of_list(category=key, seller=None) for key in categories}
    return {ALL, *narrowed, *(of_list(category=None, seller=seller) for seller in sellers)}
