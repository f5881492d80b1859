"""Forgetting what a change makes old, at once and everywhere, and nothing else.

What stands here is called in the transaction of the change and happens when it has committed. ``make_sure`` is for
whoever hears of a change later, whatever became of the process that made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from uuid import UUID

from common import caching
from product_svc.answers import rules
from product_svc.catalog import selectors as catalog

_AT_ONCE = 500


def forget_pages(products: Iterable[tuple[UUID, str]]) -> None:
    """Of products, given by id and slug, of which there is more or less: no list shows how many."""
    caching.purge_on_commit(*rules.pages_of(products))


def forget_products(product_ids: Iterable[UUID], *, left: Iterable[UUID | None] = ()) -> None:
    """Their pages, and all lists in which they stand or, having left these categories, stood."""
    for families in _families_of(product_ids, left):
        caching.purge_on_commit(*families)


def forget_tree() -> None:
    """Of categories; no list changes with it."""
    caching.purge_on_commit(rules.TREE)


def forget_categories(category_ids: Iterable[UUID | None]) -> None:
    """The lists of categories and of those above, in which other products stand now, and the tree."""
    keys = catalog.keys_of_lines(category_ids)
    caching.purge_on_commit(rules.TREE, *(rules.of_list(category=key, seller=None) for key in keys))


def make_sure(*, product_id: UUID, left: Iterable[UUID | None]) -> None:
    """Forget a product that has changed. Raises RedisError when that could not be done."""
    for families in _families_of([product_id], left):
        caching.purge(*families)


def _families_of(product_ids: Iterable[UUID], left: Iterable[UUID | None]) -> Iterator[set[str]]:
    """So many products at a time that a shop's largest seller can be renamed."""
    rest = iter(product_ids)
    while some := list(islice(rest, _AT_ONCE)):
        products = catalog.whereabouts(some)
        pages = rules.pages_of((product.id, product.slug) for product in products)
        categories = catalog.keys_of_lines({*left, *(product.category_id for product in products)})
        yield pages | rules.lists_of(sellers={product.seller_id for product in products}, categories=categories)
