"""Pages of a list that nobody counts: a million rows cost no more than the ones that are shown."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_VARIABLE = "p"
PAGES_AHEAD = 10
MOST_ROWS = 10_000
"""As far as paging leads; whoever looks for something further away searches or filters."""


class HorizonPaginator(Paginator):  # type: ignore[type-arg]
    """Counts as far as a few pages ahead of the one that is looked at."""

    horizon = MOST_ROWS

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[: self.horizon].count()

    @property
    def is_cut_short(self) -> bool:
        """There may be more than was counted."""
        return self.count == self.horizon


def paginator_for(request: HttpRequest, rows: Any, per_page: int) -> HorizonPaginator:
    """The paginator of a list that is looked at from this request's page."""
    paginator = HorizonPaginator(rows, per_page)
    paginator.horizon = min((_page(request) + PAGES_AHEAD) * per_page, MOST_ROWS)
    return paginator


def _page(request: HttpRequest) -> int:
    number = request.GET.get(PAGE_VARIABLE, "1")
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 6 else 1


class OrderedChangeList(ChangeList):
    """A list in the one order that an index keeps, whatever the address asks for."""

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        return [*self.model_admin.get_ordering(request), "-pk"]
