"""Asking for what is kept ready; it is computed when it is not there.

What is computed has to be what everybody sees: an answer is given to whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from common import caching
from common.caching import Answer
from product_svc.answers import rules

SECONDS = 60
"""How long an answer is kept when no change is heard of."""

Compute = Callable[[], bytes]


def product_list(name: str, compute: Compute, *, category: str | None, seller: UUID | None) -> Answer:
    """A page of the list that is asked for under this name."""
    return _kept(f"list {name}", rules.of_list(category=category, seller=seller), compute)


def product_page(key: str, compute: Compute) -> Answer:
    """The page of the product of this id or slug."""
    return _kept(f"page {key}", rules.of_page(key), compute)


def category_tree(compute: Compute) -> Answer:
    """All categories."""
    return _kept("tree", rules.TREE, compute)


def _kept(name: str, family: str, compute: Compute) -> Answer:
    return caching.cached(name, [rules.EVERYTHING, family], compute, seconds=SECONDS)
