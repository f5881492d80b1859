"""Forgetting what a change makes old, at once and everywhere, and nothing else.

What stands here is called in the transaction of the change and happens when it has committed; the caller publishes what
it gives back, for those who keep answers elsewhere. ``make_sure`` is for whoever hears of a change later, whatever
became of the process that made it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from itertools import islice
from uuid import UUID

from django.db import connection, transaction

from common import caching
from common.contracts import ShowingChanged
from common.events import soon
from common.events.outbox import publish
from product_svc.answers import events, rules
from product_svc.catalog import selectors as catalog
from product_svc.catalog.selectors import Whereabouts

_MOST_FORGOTTEN_BY_NAME = 500
"""Of more products it costs less to compute all answers anew than to look up whose are old."""
_MOST_NAMED = 100
"""Of more products nobody is told one by one."""

TELLING = "answers.tell_of_untold_pages"
TELLING_SECONDS = 0.25
"""So long after a change others are told of what changed until then: of many orders at once."""

ToTell = tuple[ShowingChanged, ...]

# Each order leads here.
_NOTE_UNTOLD = "INSERT INTO answers_untoldpage (product_id) SELECT unnest(%s::uuid[])"
_TAKE_UNTOLD = "DELETE FROM answers_untoldpage RETURNING product_id"


def forget_pages(products: Iterable[tuple[UUID, str]]) -> ToTell:
    """Of products, given by id and slug, of which there is more or less: no list shows how many."""
    known = set(products)
    if not known:
        return ()
    caching.purge_on_commit(*rules.pages_of(known))
    return (events.showing_changed(products=_keys(known)),)


def forget_pages_told_soon(products: Iterable[tuple[UUID, str]]) -> None:
    """The same where it happens all the time: others are told a moment later, of several at once."""
    known = set(products)
    if not known:
        return
    caching.purge_on_commit(*rules.pages_of(known))
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_UNTOLD, [[product_id for product_id, _ in known]])
    transaction.on_commit(partial(soon.ask, TELLING, seconds=TELLING_SECONDS))


@transaction.atomic
def tell_of_untold_pages() -> None:
    """Tell of all pages of which nobody was told yet. Two who do this at once tell of different ones."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_UNTOLD)
        product_ids = {product_id for (product_id,) in cursor.fetchall()}
    if len(product_ids) > _MOST_NAMED:
        publish(events.showing_changed(everything=True))
    elif product_ids:
        products = ((product.id, product.slug) for product in catalog.whereabouts(product_ids))
        publish(events.showing_changed(products=_keys(products)))


def forget_products(product_ids: Iterable[UUID]) -> ToTell:
    """Their pages, and all lists in which they stand. Of very many it looks at no more, and forgets everything."""
    some = list(islice(product_ids, _MOST_FORGOTTEN_BY_NAME + 1))
    if len(some) > _MOST_FORGOTTEN_BY_NAME:
        caching.purge_on_commit(rules.EVERYTHING)
        return (events.showing_changed(everything=True),)
    products = catalog.whereabouts(some)
    if not products:
        return ()
    caching.purge_on_commit(*_families_of(products))
    if len(products) > _MOST_NAMED:
        return (events.showing_changed(everything=True),)
    return (events.showing_changed(products=_keys((product.id, product.slug) for product in products), lists=True),)


def forget_told_product(product_id: UUID, *, left: UUID | None = None) -> None:
    """The same of a product of which others are told anyway: its page, its lists, and those of the category it left."""
    caching.purge_on_commit(*_families_of(catalog.whereabouts([product_id]), [left]))


def forget_tree() -> ToTell:
    """Of categories; no list changes with it."""
    caching.purge_on_commit(rules.TREE)
    return (events.showing_changed(categories=True),)


def forget_categories(category_ids: Iterable[UUID | None]) -> ToTell:
    """The lists of categories and of those above, in which other products stand now, and the tree."""
    keys = catalog.keys_of_lines(category_ids)
    caching.purge_on_commit(rules.TREE, *(rules.of_list(category=key, seller=None) for key in keys))
    return (events.showing_changed(lists=True, categories=True),)


def make_sure(*, product_id: UUID, left: Iterable[UUID | None]) -> None:
    """Forget a product that has changed. Raises RedisError when that could not be done."""
    caching.purge(*_families_of(catalog.whereabouts([product_id]), left))


def _keys(products: Iterable[tuple[UUID, str]]) -> set[str]:
    return {str(key) for product in products for key in product}


def _families_of(products: Collection[Whereabouts], left: Iterable[UUID | None] = ()) -> set[str]:
    pages = rules.pages_of((product.id, product.slug) for product in products)
    categories = catalog.keys_of_lines({*left, *(product.category_id for product in products)})
    return pages | rules.lists_of(sellers={product.seller_id for product in products}, categories=categories)
