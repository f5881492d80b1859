"""Pages by cursor: page 1,000 costs what page 1 costs, and nothing is seen twice or missed.

A cursor holds the values by which the row at a page's edge stands in order, so that the next page begins behind it, and
a sum over what was asked, so that it is taken for no other list.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from typing import Any, Self
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.core.exceptions import ValidationError as BadValue
from django.db.models import F, Field, Func, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100

_BEHIND, _BEFORE = "n", "p"
_SEPARATOR = "|"
_BAD_CURSOR = ValidationError({"cursor": ["This is not a cursor that this list gave."]})

Read = Callable[[QuerySet[Any], int], list[Any]]


def _read(rows: QuerySet[Any], limit: int) -> list[Any]:
    return list(rows[:limit])


class _Row(Func):
    """A row value. PostgreSQL compares it from the left and finds it in an index, as it cannot a chain of ORs."""

    function = "ROW"
    output_field = Field()


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and where the list goes on."""

    rows: list[Any]
    next: str | None
    previous: str | None

    def answer(self, results: Iterable[Any]) -> dict[str, Any]:
        """What a client gets, the rows being shown as these results."""
        return {"next": self.next, "previous": self.previous, "results": list(results)}


@dataclass(frozen=True, kw_only=True)
class PageQuery:
    """Which page of which list is asked for. ``?page_size=`` is 1 to 100, ``?cursor=`` one that the same list gave."""

    path: str
    filters: Mapping[str, str] = field(default_factory=dict)
    cursor: str | None = None
    page_size: int = PAGE_SIZE

    @classmethod
    def of(cls, path: str, query: Mapping[str, str]) -> Self:
        """What the query of an address asks for. Raises ValidationError."""
        filters = dict(query)
        cursor, page_size = filters.pop("cursor", None), filters.pop("page_size", None)
        return cls(path=path, filters=filters, cursor=cursor or None, page_size=_page_size(page_size))

    @property
    def address(self) -> str:
        """Where this page is found, written in the one way in which lists write it."""
        return self._url(self.cursor)

    def page_of(self, rows: QuerySet[Any], *, order: Sequence[str], read: Read = _read) -> Page:
        """The page of these rows, ordered by fields that all rise or all fall, the last of them being unique.

        ``read`` gets the rows in order, from the page's edge on, and how many it is to read: models, or dicts that
        have these fields. Raises ValidationError for a cursor of another list.
        """
        edge = self._edge(rows, order) if self.cursor else None
        is_backwards = edge is not None and edge[0] == _BEFORE
        if edge is not None:
            rows = rows.filter(_beyond(edge[1], order, is_backwards=is_backwards))
        found = read(rows.order_by(*(_reversed(order) if is_backwards else order)), self.page_size + 1)
        goes_on, found = len(found) > self.page_size, found[: self.page_size]
        if is_backwards:
            return self._page(found[::-1], order, has_next=True, has_previous=goes_on)
        return self._page(found, order, has_next=goes_on, has_previous=edge is not None)

    def _page(self, rows: list[Any], order: Sequence[str], *, has_next: bool, has_previous: bool) -> Page:
        if not rows:  # what stood here is gone, and so is the edge to go on from
            return Page(rows, self._url(None) if has_next else None, None)
        return Page(
            rows,
            self._url(self._cursor(_BEHIND, rows[-1], order)) if has_next else None,
            self._url(self._cursor(_BEFORE, rows[0], order)) if has_previous else None,
        )

    def _url(self, cursor: str | None) -> str:
        size = None if self.page_size == PAGE_SIZE else self.page_size
        given = {"page_size": size, "cursor": cursor}
        query = urlencode({**self.filters, **{name: value for name, value in given.items() if value is not None}})
        address: str = urljoin(settings.PUBLIC_URL, self.path)
        return f"{address}?{query}" if query else address

    def _cursor(self, direction: str, row: Any, order: Sequence[str]) -> str:
        values = [str(row[name] if isinstance(row, dict) else getattr(row, name)) for name in _names(order)]
        text = _SEPARATOR.join([self._sum(order), direction, *values])
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _edge(self, rows: QuerySet[Any], order: Sequence[str]) -> tuple[str, list[Value]]:
        """Read the cursor."""
        cursor = self.cursor or ""
        try:
            text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
            sum_of_question, direction, *texts = text.split(_SEPARATOR)
            values = [_value(rows, name, text) for name, text in zip(_names(order), texts, strict=True)]
        except (BadValue, ValueError):
            raise _BAD_CURSOR from None
        if sum_of_question != self._sum(order) or direction not in {_BEHIND, _BEFORE}:
            raise _BAD_CURSOR
        return direction, values

    def _sum(self, order: Sequence[str]) -> str:
        question = urlencode([("path", self.path), *sorted(self.filters.items()), ("order", ",".join(order))])
        return blake2s(question.encode(), digest_size=6).hexdigest()


class NewestFirst(BasePagination):
    """The REST framework's way to a page; a subclass may order by something else."""

    ordering: Sequence[str] = ("-created_at", "-id")

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> Any:
        self.page = PageQuery.of(request.path, request.query_params.dict()).page_of(queryset, order=self.ordering)
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.page.answer(data))


def _page_size(given: str | None) -> int:
    if given is None:
        return PAGE_SIZE
    if not (given.isascii() and given.isdigit() and len(given) <= 9 and int(given) > 0):
        raise ValidationError({"page_size": ["A whole number from 1 to 100."]})
    return min(int(given), MAX_PAGE_SIZE)


def _names(order: Sequence[str]) -> list[str]:
    return [name.removeprefix("-") for name in order]


def _reversed(order: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def _value(rows: QuerySet[Any], name: str, text: str) -> Value:
    """What a cursor says of a field, as a value of this field. Raises BadValue and ValueError."""
    kind = rows.all().query.resolve_ref(name).output_field
    return Value(kind.to_python(text), output_field=kind)


def _beyond(values: list[Value], order: Sequence[str], *, is_backwards: bool) -> GreaterThan | LessThan:
    falls = order[0].startswith("-")
    comparison = GreaterThan if falls == is_backwards else LessThan
    return comparison(_Row(*map(F, _names(order))), _Row(*values))
