"""Full-text search for products, about as fast with a million products as with ten thousand.

PostgreSQL has to guess whether to use the index of words, or to scan a list in order and filter. It guesses by
averages, and is wrong where words and order are correlated: boots are rarely cheap, so a list by price has to be
scanned further for them than for other words as rare. So the first products of a list are scanned, and then the index
of words is used.
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
"""How many products that contain the words are ranked at most, and how many more that have them in their title.

Ranking all products with a common word takes longer the more products there are. So for the most common words the
newest products are ranked, for others some of them and the newest. Ordered by relevance, a search shows no more than
these; in another order it shows all that match.
"""

NEAR = 3_000
"""How many products of a list are scanned."""

ENOUGH = 60
"""How many of these have to contain a word for it to count as one of the most common."""

_MICRO = 1_000_000


def fit(words: SearchQuery) -> Combinable:
    """A product's relevance: higher for words that are close together, and in the title rather than the description.

    As a whole number, which a cursor can name exactly.
    """
    return Cast(SearchRank(F("words"), words, cover_density=True) * _MICRO, BigIntegerField())


def some_having(words: SearchQuery, products: QuerySet[Product]) -> set[UUID]:
    """Products that contain the words: all if there are fewer than ``CANDIDATES``, else that many of them."""
    return _some(products.filter(words=words))


def candidates(words: SearchQuery, products: QuerySet[Product], narrowed: Q, *, is_common: bool) -> set[UUID]:
    """The products that are ranked."""
    newest = set(_near(words, products.order_by("-created_at", "-id"), narrowed, CANDIDATES)) if is_common else set()
    if len(newest) >= ENOUGH:
        return newest
    products = products.filter(narrowed)
    some = some_having(words, products)
    return some if len(some) < CANDIDATES else newest | some | _some(products.filter(title_words=words))


def first_having(
    words: SearchQuery, products: QuerySet[Product], narrowed: Q, order: Iterable[str], limit: int
) -> list[UUID]:
    """The first of the products, which are in this order, that contain the common words."""
    near = _near(words, products, narrowed, limit)
    if len(near) == limit:
        return near
    found = products.filter(narrowed, words=words).order_by(*map(_not_by_index, order))
    return list(found.values_list("id", flat=True)[:limit])


def _near(words: SearchQuery, products: QuerySet[Product], narrowed: Q, limit: int) -> list[UUID]:
    """Those of the first ``NEAR`` products, in order, that contain the words."""
    is_found = ExpressionWrapper(narrowed & Q(words=words), BooleanField())
    nearest, params = products.annotate(is_found=is_found).values("id", "is_found")[:NEAR].query.sql_with_params()
    return _ids(f"SELECT id FROM ({nearest}) AS near WHERE is_found LIMIT {limit}", params)  # noqa: S608  compiled


def _some(products: QuerySet[Product]) -> set[UUID]:
    """Any of them, planned as if all were wanted: with a LIMIT, PostgreSQL would scan and hope to meet some early."""
    found, params = products.values("id").query.sql_with_params()
    query = f"WITH found AS MATERIALIZED ({found}) SELECT id FROM found LIMIT {CANDIDATES}"  # noqa: S608  compiled
    return set(_ids(query, params))


def _ids(query: str, params: Iterable[Any]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(query, list(params))
        return [product_id for (product_id,) in cursor.fetchall()]


def _not_by_index(name: str) -> OrderBy:
    """The same order, written so that PostgreSQL cannot use an index for it."""
    return OrderBy(Func(F(name.removeprefix("-")), function="GREATEST"), descending=name.startswith("-"))
