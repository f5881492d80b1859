"""Invalidating the cached answers that a change makes stale, and no others.

The functions are called in the transaction of the change, and purge once it has committed. The caller publishes the
facts that they return, for the caches of other services. ``make_sure`` is for the handler that hears of the change
afterwards, even if the process that made it has died.
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
"""For more products, computing all answers again costs less than looking up which of them are stale."""
_MOST_NAMED = 100
"""For more products, the fact says "everything" instead of naming them."""

TELLING = "answers.tell_of_untold_pages"
TELLING_SECONDS = 0.25
"""How long after a change others are told of it, together with all changes until then."""

ToTell = tuple[ShowingChanged, ...]

# Raw SQL, since every order runs these.
_NOTE_UNTOLD = "INSERT INTO answers_untoldpage (product_id) SELECT unnest(%s::uuid[])"
_TAKE_UNTOLD = "DELETE FROM answers_untoldpage RETURNING product_id"


def forget_pages(products: Iterable[tuple[UUID, str]]) -> ToTell:
    """Purge the pages of products, given by id and slug, whose stock changed. Lists do not show the stock."""
    known = set(products)
    if not known:
        return ()
    caching.purge_on_commit(*rules.pages_of(known))
    return (events.showing_changed(products=_keys(known)),)


def forget_pages_told_soon(products: Iterable[tuple[UUID, str]]) -> None:
    """The same for changes that happen all the time: others are told a moment later, of several at once."""
    known = set(products)
    if not known:
        return
    caching.purge_on_commit(*rules.pages_of(known))
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_UNTOLD, [[product_id for product_id, _ in known]])
    transaction.on_commit(partial(soon.ask, TELLING, seconds=TELLING_SECONDS))


@transaction.atomic
def tell_of_untold_pages() -> None:
    """Publish all changed pages that others were not told of yet. Simultaneous runs publish different ones."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_UNTOLD)
        product_ids = {product_id for (product_id,) in cursor.fetchall()}
    if len(product_ids) > _MOST_NAMED:
        publish(events.showing_changed(everything=True))
    elif product_ids:
        products = ((product.id, product.slug) for product in catalog.whereabouts(product_ids))
        publish(events.showing_changed(products=_keys(products)))


def forget_products(product_ids: Iterable[UUID]) -> ToTell:
    """Purge the pages of these products, and all lists that contain them. For very many, purge everything."""
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
    """The same for a product of which a fact is told anyway. ``left`` is the category that it was moved out of."""
    caching.purge_on_commit(*_families_of(catalog.whereabouts([product_id]), [left]))


def forget_tree() -> ToTell:
    """Purge the tree of categories. No list of products changes with it."""
    caching.purge_on_commit(rules.TREE)
    return (events.showing_changed(categories=True),)


def forget_categories(category_ids: Iterable[UUID | None]) -> ToTell:
    """Purge the lists of these categories and their ancestors, which contain other products now, and the tree."""
    keys = catalog.keys_of_lines(category_ids)
    caching.purge_on_commit(rules.TREE, *(rules.of_list(category=key, seller=None) for key in keys))
    return (events.showing_changed(lists=True, categories=True),)


def make_sure(*, product_id: UUID, left: Iterable[UUID | None]) -> None:
    """Purge what shows a product that has changed. Raises RedisError if Redis is out of reach."""
    caching.purge(*_families_of(catalog.whereabouts([product_id]), left))


def _keys(products: Iterable[tuple[UUID, str]]) -> set[str]:
    return {str(key) for product in products for key in product}


def _families_of(products: Collection[Whereabouts], left: Iterable[UUID | None] = ()) -> set[str]:
    pages = rules.pages_of((product.id, product.slug) for product in products)
    categories = catalog.keys_of_lines({*left, *(product.category_id for product in products)})
    return pages | rules.lists_of(sellers={product.seller_id for product in products}, categories=categories)
