"""What the shop shows everybody, as JSON that is kept: it depends on what is asked and on nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import msgspec
from django.http import QueryDict

from common.api.pagination import PageQuery
from common.caching import Answer
from common.errors import NotFound
from product_svc.answers import selectors as answers
from product_svc.catalog import rules, selectors
from product_svc.catalog.api.filters import ORDERS, ProductFilters
from product_svc.catalog.api.serializers import product_detail, product_item

LIST = "/api/v1/products/"

_EVERYBODYS = {"search", "category", "seller", "min_price", "max_price", "in_stock", "ordering"}
"""The filters by which nobody is shown more than others."""

_NOTHING = b""
"""Kept of a product that is not there or not shown: those who ask for it should not have to wait for each other."""


@dataclass(frozen=True)
class ListQuestion:
    """Which page of which list is asked for. Ways of asking that mean the same are one question."""

    filters: Mapping[str, Any]
    page: PageQuery
    name: str
    """The address at which this page is found."""

    @property
    def is_for_everybody(self) -> bool:
        """All may ask this, and are shown the same."""
        return self.filters.keys() <= _EVERYBODYS

    @classmethod
    @lru_cache(maxsize=1024)
    def of(cls, query_string: str) -> ListQuestion:
        """What an address asks for; names in its query that mean nothing are passed over. Raises ValidationError."""
        asked = PageQuery.of(LIST, QueryDict(query_string.encode("iso-8859-1")).dict())
        filters = ProductFilters.of(asked.filters)
        page = replace(asked, filters=_written(filters))
        return cls(filters, page, page.address)


def product_list(asked: ListQuestion) -> Answer:
    """A page of published products. Raises ValidationError for a cursor that is none of this list."""
    category, seller = asked.filters.get("category"), asked.filters.get("seller")
    return answers.product_list(
        asked.name, lambda: msgspec.json.encode(products_listed(asked)), category=category, seller=seller
    )


def product_page(key: str) -> Answer:
    """The published product of this id or slug, in full. Raises NotFound."""
    if rules.is_id(key):
        key = key.lower()
    elif len(key) > rules.MAX_SLUG:
        raise NotFound
    answer = answers.product_page(key, lambda: _page_or_nothing(key))
    if answer.body == _NOTHING:
        raise NotFound
    return answer


def category_tree() -> Answer:
    """All categories, each with those below it."""
    return answers.category_tree(
        lambda: msgspec.json.encode({"next": None, "previous": None, "results": selectors.category_tree()})
    )


def products_listed(asked: ListQuestion, *, shows_all: bool = False) -> dict[str, Any]:
    """The same as plain data, not kept; with ``shows_all`` also of what is not published.

    Raises ValidationError.
    """
    narrowed, order = dict(asked.filters), asked.filters["ordering"]
    del narrowed["ordering"]
    listing = selectors.listed_products(**narrowed, is_ranked=order == "relevance", shows_all=shows_all)
    page = asked.page.page_of(listing.products, order=ORDERS[order], read=listing.read)
    return page.answer(map(product_item, page.rows))


def _page_or_nothing(key: str) -> bytes:
    try:
        return msgspec.json.encode(product_detail(selectors.published_product(key)))
    except NotFound:
        return _NOTHING


def _written(filters: Mapping[str, Any]) -> dict[str, str]:
    """As an address writes them."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in filters.items()}
