"""Reading lists of products, a page at a time and as plain rows."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import FilteredRelation, Q, QuerySet
from django.db.models.expressions import Combinable, RawSQL

from product_svc.catalog import rules
from product_svc.catalog.models import RATED, Category, Product, Variant
from product_svc.catalog.selectors import search as searching
from product_svc.catalog.selectors import vocabulary
from product_svc.catalog.selectors.showing import of_status, shown

_ITEM = (
    "id",
    "slug",
    "title",
    "price_minor",
    "currency",
    "rating_average",
    "rating_count",
    "is_in_stock",
    "seller_id",
    "seller__name",
    "cover__file_id",
    "cover__alt",
)


@dataclass(frozen=True)
class Listing:
    """A list of products, and what is needed to read a page of it fast."""

    products: QuerySet[Product]
    shelves: Collection[UUID] = ()
    """The categories they are in, if that is not a condition of ``products`` already."""
    fit: Combinable | None = None
    """The relevance of each, if they are ranked."""
    words: SearchQuery | None = None
    """The words they contain, if that is not a condition already. Only for common words."""
    narrowed: Q = field(default_factory=Q)
    """Further conditions that are not in ``products``."""
    priced: Q = field(default_factory=Q)
    """The condition on the price, which is not in ``products`` either."""

    def read(self, products: QuerySet[Product], limit: int) -> list[dict[str, Any]]:
        """The first rows of ``products``, which are this list's in some order."""
        order = [str(name) for name in products.query.order_by]
        if self.words:
            products = self._these(self._first_having(self.words, products, order, limit)).order_by(*order)
        elif self.shelves:
            products = self._these(_first_of_shelves(products, self.shelves, order, limit)).order_by(*order)
        elif self.fit:  # so that no more than a page is joined with anything
            products = self._these(products.values("id")[:limit]).order_by(*order)
        cover = FilteredRelation("images", condition=Q(images__position=0))
        shown = dict.fromkeys([*_ITEM, *_names(order)])
        return list(products.annotate(cover=cover).values(*shown)[:limit])

    def _first_having(
        self, words: SearchQuery, products: QuerySet[Product], order: list[str], limit: int
    ) -> list[UUID]:
        if "comparable_price" in _names(order):  # so that what costs less is not gone through
            return searching.first_having(words, products.filter(self.priced), self.narrowed, order, limit)
        return searching.first_having(words, products, self.narrowed & self.priced, order, limit)

    def _these(self, ids: Any) -> QuerySet[Product]:
        return _with_places(Product.objects.filter(id__in=ids), self.fit)


def listed_products(
    *,
    search: str = "",
    category: str | None = None,
    seller: UUID | None = None,
    min_price: Decimal | None = None,
    max_price: Decimal | None = None,
    in_stock: bool | None = None,
    sku: str | None = None,
    status: str | None = None,
    is_ranked: bool = False,
    shows_all: bool = False,
) -> Listing:
    """The products that match, among those that everybody may see; with ``shows_all`` among all, or all of a status.

    With ``is_ranked`` each has a ``fit``, its relevance for the search.
    """
    products = Product.objects.filter(
        Q() if shows_all else shown(),
        Q() if status is None else of_status(status),
        Q() if seller is None else Q(seller_id=seller),
        Q() if in_stock is None else Q(is_in_stock=in_stock),
    )
    priced = Q(
        Q() if min_price is None else Q(comparable_price__gte=math.ceil(_comparable(min_price))),
        Q() if max_price is None else Q(comparable_price__lte=math.floor(_comparable(max_price))),
    )
    narrowed = Q() if sku is None else Q(id__in=Variant.objects.filter(sku=sku, is_retired=False).values("product_id"))
    shelves = None if category is None else _branch(category)
    if shelves is not None and len(shelves) <= 1:
        products, shelves = products.filter(category__in=shelves), None
    if shelves and (search or seller or in_stock is False):
        narrowed, shelves = narrowed & Q(category__in=shelves), None
    if search:
        return _found(search, Listing(products, narrowed=narrowed, priced=priced), is_ranked=is_ranked)
    return Listing(_with_places(products.filter(narrowed, priced)), shelves or ())


def _found(search: str, among: Listing, *, is_ranked: bool) -> Listing:
    """Those that contain the words: as a list of ids if they are ranked or few."""
    words, is_common = vocabulary.meaning_of(search, common=searching.CANDIDATES)
    narrowed = among.narrowed & among.priced
    if is_ranked:
        fit = searching.fit(words)
        ids = searching.candidates(words, among.products, narrowed, is_common=is_common)
        return Listing(_with_places(Product.objects.filter(id__in=ids, words=words), fit), fit=fit)
    ids = set() if is_common else searching.some_having(words, among.products.filter(narrowed))
    if is_common or len(ids) == searching.CANDIDATES:
        return replace(among, products=_with_places(among.products), words=words)
    return Listing(_with_places(Product.objects.filter(id__in=ids)))


def _with_places(products: QuerySet[Product], fit: Combinable | None = None) -> QuerySet[Product]:
    """With the values that they can be ordered by and that are no fields."""
    places = {"rated": RATED} if fit is None else {"rated": RATED, "fit": fit}
    return products.annotate(**places)


def _comparable(amount: Decimal) -> Decimal:
    """An amount without a currency applies to all currencies."""
    return amount.scaleb(rules.COMPARABLE_PLACES)


def _branch(category: str) -> set[UUID]:
    """A category and all below it; nothing for one that is not there."""
    tree = Category.objects.values_list("id", "slug", "parent_id")
    parents = {category_id: parent for category_id, _slug, parent in tree}
    root = next((category_id for category_id, slug, _parent in tree if category in {str(category_id), slug}), None)
    return rules.branch_of(root, parents) if root else set()


def _first_of_shelves(products: QuerySet[Product], shelves: Collection[UUID], order: list[str], limit: int) -> RawSQL:
    """The first products of several categories: the first of each are read from its index, and then merged.

    PostgreSQL would either sort all products of a large branch, or scan the whole catalogue for those of a small one.
    It guesses wrong which is better if a category's products were added at about the same time.
    """
    of_shelf = products.filter(category_id=RawSQL("shelf.id", ())).values("id", *_names(order))[:limit]
    inner, params = of_shelf.query.sql_with_params()
    each = f"unnest(%s::uuid[]) AS shelf (id), LATERAL ({inner}) AS first"
    merged = f"SELECT first.id FROM {each} ORDER BY {_sql_of(order)} LIMIT {limit}"  # noqa: S608  compiled or ours
    return RawSQL(merged, (list(shelves), *params))  # noqa: S611


def _sql_of(order: list[str]) -> str:
    quote = connection.ops.quote_name
    return ", ".join(
        f"first.{quote(name.removeprefix('-'))} {'DESC' if name.startswith('-') else 'ASC'}" for name in order
    )


def _names(order: list[str]) -> list[str]:
    return [name.removeprefix("-") for name in order]
