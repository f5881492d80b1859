"""Completing and correcting search words, by the words that products contain.

These words are few and grow slowly, so they are searched instead of all products.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import F, Func, IntegerField, Value

from product_svc.catalog.models import SearchWord

_COMPLETIONS = 8
_CORRECTIONS = 4
_MOST_WRONG_LETTERS = 2
_OPERATORS = re.compile(r'"|(^|\s)-|\sor\s', re.IGNORECASE)

_TYPED = """
SELECT typed, plainto_tsquery('english', typed)::text, (
    SELECT min(coalesce(products, 0))
    FROM unnest(to_tsvector('english', typed)) LEFT JOIN catalog_searchword ON word = lexeme
)
FROM unnest(%s::text[]) WITH ORDINALITY AS typed (typed, place) ORDER BY place
"""


class _Typed(NamedTuple):
    """One word of a search, as PostgreSQL parses it."""

    text: str
    query: str
    """Empty for a stop word."""
    products: int | None
    """How many products contained it when they were last counted; 0 for an unknown word."""


class _Lexemes(SearchQuery):
    """A query of lexemes, which must not be stemmed again."""

    template = "%(expressions)s::tsquery"


class Meaning(NamedTuple):
    """What a search looks for, and whether many products may match it."""

    words: SearchQuery
    is_common: bool


def meaning_of(search: str, *, common: int) -> Meaning:
    """A query for all the words. It is common if each word is known from at least ``common`` products.

    A word that no product contains also matches words that begin with it if it is the last one, since people may still
    be typing, or else words that are spelled almost like it. Not if the search is an expression, with quotes, a minus
    or an ``or``.
    """
    if _OPERATORS.search(search):
        return Meaning(SearchQuery(search, config="english", search_type="websearch"), is_common=True)
    typed = _read(dict.fromkeys(search.lower().split()))
    meant = [_understood(word, is_last=word is typed[-1]) for word in typed if word.query or word is typed[-1]]
    words = _Lexemes(" & ".join(f"({word.query})" for word in meant if word.query))
    return Meaning(words, is_common=all((word.products or 0) >= common for word in meant))


def _read(words: Iterable[str]) -> list[_Typed]:
    with connection.cursor() as cursor:
        cursor.execute(_TYPED, [list(words)])
        return [_Typed(*row) for row in cursor.fetchall()]


def _understood(word: _Typed, *, is_last: bool) -> _Typed:
    if word.products:
        return word
    others = (is_last and _beginning_with(word.text)) or _written_like(word.text)
    queries = [word.query, *(_quoted(other.word) for other in others)]
    return word._replace(query=" | ".join(filter(None, queries)), products=sum(other.products for other in others))


def _beginning_with(text: str) -> list[SearchWord]:
    """The most common ones."""
    return list(SearchWord.objects.filter(word__startswith=text).order_by("-products", "word")[:_COMPLETIONS])


def _written_like(text: str) -> list[SearchWord]:
    """The words with the fewest differing letters, at most one in a short word, two in a long one. Not for numbers."""
    tolerated = min((len(text) - 1) // 2, _MOST_WRONG_LETTERS)
    if not text.isalpha() or not tolerated:
        return []
    distance = Func(F("word"), Value(text), function="levenshtein", output_field=IntegerField())
    near = SearchWord.objects.filter(word__trigram_similar=text).annotate(distance=distance)
    best = list(near.filter(distance__lte=tolerated).order_by("distance", "-products", "word")[:_CORRECTIONS])
    return [word for word in best if word.distance == best[0].distance]


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
