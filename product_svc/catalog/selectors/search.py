"""Finding products by words: full text first, and what looks alike where no product has the words."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable, SearchRank, TrigramWordSimilarity
from django.db.models import BigIntegerField, F, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from product_svc.catalog.models import Product, TitleWords

CANDIDATES = 500
"""How many products are ranked at most.

To rank all that have a common word costs more with each product of the shop. So only the newest are weighed against
each other, first of all those that have the words in their title; in the order of relevance a search shows no more than
these. In another order it shows all that fit.
"""

_MICRO = 1_000_000
_LAST_WORD = re.compile(r"\w+\Z")
_OPERATORS = re.compile(r'"|(^|\s)-|\sor\s', re.IGNORECASE)


def having_words(products: QuerySet[Product], search: str) -> QuerySet[Product]:
    """Those that have all words of a search, wherever."""
    return products.filter(words=_query(search))


def ranked_by_words(products: QuerySet[Product], search: str) -> QuerySet[Product]:
    """The candidates among those that have all words of a search; ``fit`` says how well each fits."""
    query = _query(search)
    in_title = _newest(products.alias(title_words=TitleWords("words")).filter(title_words=query))
    anywhere = _newest(products.filter(words=query))
    candidates = in_title.union(anywhere, all=True)[:CANDIDATES]
    return _ranked(candidates, SearchRank(F("words"), query, cover_density=True))


def looking_alike(products: QuerySet[Product], search: str) -> QuerySet[Product]:
    """Those in whose title something stands that is written almost like the search."""
    return products.filter(title__trigram_word_similar=search)


def ranked_by_looks(products: QuerySet[Product], search: str) -> QuerySet[Product]:
    """The candidates among those that look alike; ``fit`` says how much each does."""
    return _ranked(_newest(looking_alike(products, search)), TrigramWordSimilarity(search, "title"))


def is_found(products: QuerySet[Product], search: str) -> bool:
    """Whether any product has all words of a search."""
    # With a limit of one PostgreSQL would rather read the whole table than ask the index for a rare word.
    return bool(_newest(having_words(products, search)))


def _newest(products: QuerySet[Product]) -> QuerySet[Product, Any]:
    return products.order_by("-created_at", "-id").values("id")[:CANDIDATES]


def _ranked(candidates: QuerySet[Product, Any], rank: Combinable) -> QuerySet[Product]:
    """A whole number, so that a cursor can name it exactly."""
    return Product.objects.filter(id__in=candidates).annotate(fit=Cast(rank * _MICRO, BigIntegerField()))


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
