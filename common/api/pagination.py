"""Pages by cursor: page 1,000 costs what page 1 costs, and nothing is seen twice or missed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as BadValue
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class NewestFirst(CursorPagination):
    """``?page_size=`` (1 to 100) and ``?cursor=``; a bad one is refused, never guessed at."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering: Any = ("-created_at", "-id")

    def get_page_size(self, request: Request) -> int:
        given = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        if not (given.isascii() and given.isdigit() and len(given) <= 9 and int(given) > 0):
            raise ValidationError({self.page_size_query_param: ["A whole number from 1 to 100."]})
        return min(int(given), self.max_page_size)

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (BadValue, ValueError):  # the position is no value of the field that orders
            raise self._foreign_cursor() from None

    def decode_cursor(self, request: Request) -> Any:
        try:
            return super().decode_cursor(request)
        except (NotFound, ValueError):
            raise self._foreign_cursor() from None

    def _foreign_cursor(self) -> ValidationError:
        return ValidationError({self.cursor_query_param: ["This is not a cursor that we gave."]})
