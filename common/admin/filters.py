"""What lists are narrowed by, besides what stands in a column."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest

from common import clock

_ONE_DAY = timedelta(days=1)


class DayFilter(admin.SimpleListFilter):
    """The rows of one day, by a time that an index keeps in order."""

    title = parameter_name = "day"
    template = "admin/day_filter.html"
    field = "created_at"
    others: dict[str, str]
    """What else the list is narrowed by; the form of the filter keeps it."""

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        today = clock.now().date()
        return [(str(today), "Today"), (str(today - _ONE_DAY), "Yesterday")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        self.others = {name: value[-1] for name, value in changelist.get_filters_params().items()}
        self.others.pop(self.parameter_name, None)
        if changelist.query:
            self.others["q"] = changelist.query
        return super().choices(changelist)

    def queryset(self, _request: HttpRequest, queryset: Any) -> Any:
        if not self.value():
            return queryset
        begin, end = _bounds(str(self.value()))
        return queryset.filter(**{f"{self.field}__gte": begin, f"{self.field}__lt": end})


def _bounds(day: str) -> tuple[datetime, datetime]:
    try:
        begin = datetime.combine(date.fromisoformat(day), time(), UTC)
        return begin, begin + _ONE_DAY
    except (ValueError, OverflowError):
        raise IncorrectLookupParameters from None
