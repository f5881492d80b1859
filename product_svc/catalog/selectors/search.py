"""Finding products by words, in about the same time in a shop of ten thousand and of a million.

PostgreSQL would guess whether to look words up or to go through a list and see who has them, and it guesses by
averages: boots are rarely cheap, so the cheapest stand far behind where as rare a word would be met. So a list is gone
through for a little while, and then words are looked up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, ExpressionWrapper, F, Func, Q, QuerySet
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.functions import Cast

from product_svc.catalog.models import Product

CANDIDATES = 300
"""How many products that have the words are ranked at most, and how many more that have them in their title.

To rank all that have a common word costs more with each product of the shop. So of the commonest words the newest
products are weighed against each other, and of others some and the newest; in the order of relevance a search shows no
more than these. In another order it shows all that fit.
"""

NEAR = 3_000
"""How many products of a list are gone through."""

ENOUGH = 60
"""How many of these have to have a word for it to be one of the commonest."""

_MICRO = 1_000_000


def fit(words: SearchQuery) -> Combinable:
    """How well a product's words fit: all that were searched for, close together, in the title rather than below it.

    As a whole number, which a cursor can name exactly.
    """
    return Cast(SearchRank(F("words"), words, cover_density=True) * _MICRO, BigIntegerField())


def some_having(words: SearchQuery, products: QuerySet[Product]) -> set[UUID]:
    """Those of the products that have the words, if they are fewer than the candidates; else so many of them."""
    return _some(products.filter(words=words))


def candidates(words: SearchQuery, products: QuerySet[Product], narrowed: Q, *, is_common: bool) -> set[UUID]:
    """Those of the products that are to be ranked."""
    newest = set(_near(words, products.order_by("-created_at", "-id"), narrowed, CANDIDATES)) if is_common else set()
    if len(newest) >= ENOUGH:
        return newest
    products = products.filter(narrowed)
    some = some_having(words, products)
    return some if len(some) < CANDIDATES else newest | some | _some(products.filter(title_words=words))


def first_having(
    words: SearchQuery, products: QuerySet[Product], narrowed: Q, order: Iterable[str], limit: int
) -> list[UUID]:
    """The first of the products, which are in this order, that have common words."""
    near = _near(words, products, narrowed, limit)
    if len(near) == limit:
        return near
    found = products.filter(narrowed, words=words).order_by(*map(_not_by_index, order))
    return list(found.values_list("id", flat=True)[:limit])


def _near(words: SearchQuery, products: QuerySet[Product], narrowed: Q, limit: int) -> list[UUID]:
    """Those of the nearest products, in order, that have the words."""
    is_found = ExpressionWrapper(narrowed & Q(words=words), BooleanField())
    nearest, params = products.annotate(is_found=is_found).values("id", "is_found")[:NEAR].query.sql_with_params()
    return _ids(f"SELECT id FROM ({nearest}) AS near WHERE is_found LIMIT {limit}", params)  # noqa: S608  compiled


def _some(products: QuerySet[Product]) -> set[UUID]:
    """Whichever are found first, as if all were to be found: PostgreSQL is not to hope that it meets some by chance."""
    found, params = products.values("id").query.sql_with_params()
    query = f"WITH found AS MATERIALIZED ({found}) SELECT id FROM found LIMIT {CANDIDATES}"  # noqa: S608  compiled
    return set(_ids(query, params))


def _ids(query: str, params: Iterable[Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(query, list(params))
        return [product_id for (product_id,) in cursor.fetchall()]


def _not_by_index(name: str) -> OrderBy:
    """The same order, of which PostgreSQL does not know that an index has it."""
    return OrderBy(Func(F(name.removeprefix("-")), function="GREATEST"), descending=name.startswith("-"))
