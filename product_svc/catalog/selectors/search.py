"""Finding products by words: full text first, and what looks alike where no product has the words."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable, SearchRank, TrigramWordSimilarity
from django.db.models import BigIntegerField, F, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from product_svc.catalog.models import Product

CANDIDATES = 300
"""How many products are ranked at most.

To rank all that have a common word costs more with each product of the shop. So only the newest are weighed against
each other, first of all those that have the words in their title; in the order of relevance a search shows no more than
these. In another order it shows all that fit.
"""

_MICRO = 1_000_000
_WORD = re.compile(r"[^\W_]+")
_LAST_WORD = re.compile(r"\w+\Z")
_OPERATORS = re.compile(r'"|(^|\s)-|\sor\s', re.IGNORECASE)


def having_words(products: QuerySet[Product], search: str) -> QuerySet[Product]:
    """Those that have all words of a search, wherever.

    Where they are few they are looked up at once: asked for the first of a rare word in some order, PostgreSQL may take
    it for less rare, and search for it through the whole shop in this order.
    """
    few = list(_newest(_having_words(products, search)))
    if len(few) < CANDIDATES:
        return products.filter(id__in=[row["id"] for row in few])
    return _having_words(products, search)


def best_having_words(products: QuerySet[Product], search: str) -> QuerySet[Product]:
    """The candidates among those that have all words of a search."""
    anywhere = _having_words(products, search)
    in_title = anywhere.filter(title_words=_query(search))
    return Product.objects.filter(id__in=_newest(in_title).union(_newest(anywhere), all=True)[:CANDIDATES])


def fit_of_words(search: str) -> Combinable:
    """How well a product's words fit: all that were searched for, close together, in the title rather than below it."""
    return _exact(SearchRank(F("words"), _query(search), cover_density=True))


def looking_alike(products: QuerySet[Product], search: str) -> QuerySet[Product]:
    """The candidates among those whose title has something that is written almost like the longest word of a search.

    All words together would be compared with each title that has as many common letters.
    """
    longest = max(_WORD.findall(search), key=len, default="")
    alike = products.filter(title__trigram_word_similar=longest) if longest else products.none()
    return Product.objects.filter(id__in=_newest(alike))


def fit_of_looks(search: str) -> Combinable:
    """How much like the search something in a product's title is written."""
    return _exact(TrigramWordSimilarity(search, "title"))


def is_found(products: QuerySet[Product], search: str) -> bool:
    """Whether any product has all words of a search."""
    return bool(_newest(_having_words(products, search)))


def _having_words(products: QuerySet[Product], search: str) -> QuerySet[Product]:
    return products.filter(words=_query(search)) if _WORD.search(search) else products.none()


def _newest(products: QuerySet[Product]) -> QuerySet[Product, Any]:
    return products.order_by("-created_at", "-id").values("id")[:CANDIDATES]


def _exact(rank: Combinable) -> Combinable:
    """As a whole number, which a cursor can name exactly."""
    return Cast(rank * _MICRO, BigIntegerField())


def _query(search: str) -> SearchQueryCombinable:
    """All words; of the last one, which people may still be typing, a beginning suffices.

    Not where the search is an expression, with quotes, a minus or an ``or``.
    """
    last = None if _OPERATORS.search(search) else _LAST_WORD.search(search)
    if last is None:
        return _words(search)
    begun = SearchQuery(f"'{last[0]}':*", config="simple", search_type="raw")
    return _words(search[: last.start()]) & (_words(last[0]) | begun)


def _words(text: str) -> SearchQuery:
    return SearchQuery(text, config="english", search_type="websearch")
