"""What the shop shows everybody, as plain data: it depends on what stands in the arguments and on nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from common.api.pagination import Page, PageQuery
from product_svc.catalog import selectors
from product_svc.catalog.api.filters import ORDERS
from product_svc.catalog.api.serializers import product_detail, product_item

LIST = "/api/v1/products/"


def product_list(
    filters: Mapping[str, Any], *, cursor: str | None, page_size: int, shows_all: bool = False
) -> dict[str, Any]:
    """A page of the list that these valid filters ask for; with ``shows_all`` also of what is not published.

    Where no product has the words of a search, it is of those that look like them. Raises ValidationError for a cursor
    that is none of this list.
    """
    page_query = PageQuery(path=LIST, filters=_written(filters), cursor=cursor, page_size=page_size)
    page = _page(page_query, filters, shows_all=shows_all, is_guess=False)
    if not page.rows and "search" in filters and not selectors.is_found(filters["search"]):
        page = _page(page_query, filters, shows_all=shows_all, is_guess=True)
    return page.answer(map(product_item, page.rows))


def product_page(product_id: UUID) -> dict[str, Any]:
    """A published product in full. Raises NotFound."""
    return product_detail(selectors.published_product(product_id))


def _page(page_query: PageQuery, filters: Mapping[str, Any], *, shows_all: bool, is_guess: bool) -> Page:
    narrowed = {name: value for name, value in filters.items() if name != "ordering"}
    is_ranked = filters["ordering"] == "relevance"
    listing = selectors.listed_products(**narrowed, is_ranked=is_ranked, is_guess=is_guess, shows_all=shows_all)
    return page_query.page_of(listing.products, order=ORDERS[filters["ordering"]], read=listing.read)


def _written(filters: Mapping[str, Any]) -> dict[str, str]:
    """As an address writes them."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in filters.items()}
