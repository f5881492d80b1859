"""Families: what a cached answer belongs to, and so which changes make it stale.

A list belongs to one family: that of its category if it is filtered by one, else that of its seller, else ``ALL``. A
product's page belongs to the product, by the id or slug that it was asked for by. All answers also belong to
``EVERYTHING``, for changes that touch very many.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

EVERYTHING = "everything"
"""All cached answers."""

TREE = "categories"
"""The tree of categories."""

ALL = "all"
"""The lists that are filtered by no category and no seller."""


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
    """The families of all lists that may contain products of these sellers, in categories with these ids and slugs."""
    narrowed = {of_list(category=key, seller=None) for key in categories}
    return {ALL, *narrowed, *(of_list(category=None, seller=seller) for seller in sellers)}
