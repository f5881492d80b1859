"""Pages by cursor, over any rows."""

from __future__ import annotations

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError

from common.api.pagination import Page, PageQuery
from common.events.models import HandlingFailure

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NEWEST = ("-failed_at", "-fact_id")
OLDEST = ("failed_at", "fact_id")
ID = str(uuid.uuid4())
LIST = PageQuery(path="/api/v1/things/", filters={"colour": "red"}, page_size=3)


def rows() -> QuerySet[HandlingFailure]:
    return HandlingFailure.objects.all()


def make(count: int, *, at: datetime = NOON) -> None:
    HandlingFailure.objects.bulk_create(
        HandlingFailure(fact_id=uuid.uuid4(), handler="h", error="e", attempts=1, failed_at=at) for _ in range(count)
    )


def cursor_in(url: str | None) -> str:
    return parse_qs(urlsplit(url or "").query)["cursor"][0]


def pages(query: PageQuery, order: tuple[str, ...], way: str = "next") -> Iterator[Page]:
    """A page, and all that follow it one way."""
    page = query.page_of(rows(), order=order)
    yield page
    while url := getattr(page, way):
        page = replace(query, cursor=cursor_in(url)).page_of(rows(), order=order)
        yield page


def forged(*parts: str) -> str:
    return urlsafe_b64encode("|".join(parts).encode()).decode()


@pytest.mark.django_db
class TestPageQuery:
    @pytest.mark.parametrize("order", [NEWEST, OLDEST])
    @pytest.mark.parametrize("count", [0, 1, 3, 4, 10])
    def test_shows_each_of_equal_rows_once_there_and_back(self, order: tuple[str, ...], count: int) -> None:
        make(count)

        there = list(pages(LIST, order))

        everything = list(rows().order_by(*order))
        assert [row for page in there for row in page.rows] == everything
        if len(there) > 1:
            last = replace(LIST, cursor=cursor_in(there[-2].next))
            back = list(pages(last, order, "previous"))
            assert [row for page in reversed(back) for row in page.rows] == everything
            assert [page.next is None for page in back] == [True, *[False] * (len(back) - 1)]

    def test_misses_nothing_and_repeats_nothing_while_rows_come_and_go(self) -> None:
        make(9)
        before = list(rows().order_by(*NEWEST))
        walk = pages(LIST, NEWEST)

        seen = next(walk).rows
        make(5, at=NOON + timedelta(hours=1))
        rows().filter(fact_id=seen[-1].fact_id).delete()
        seen += [row for page in walk for row in page.rows]

        assert [row.fact_id for row in seen] == [row.fact_id for row in before]

    def test_takes_a_cursor_for_pages_of_another_size(self) -> None:
        make(9)

        first = LIST.page_of(rows(), order=NEWEST)
        rest = replace(LIST, cursor=cursor_in(first.next), page_size=6).page_of(rows(), order=NEWEST)

        assert [*first.rows, *rest.rows] == list(rows().order_by(*NEWEST))
        assert rest.next is None

    def test_asks_once(self, django_assert_num_queries: Any) -> None:
        make(9)
        cursor = cursor_in(LIST.page_of(rows(), order=NEWEST).next)

        with django_assert_num_queries(1):
            replace(LIST, cursor=cursor).page_of(rows(), order=NEWEST)

    def test_gives_addresses_on_the_public_origin_that_ask_the_same(self, settings: Any) -> None:
        settings.PUBLIC_URL = "https://shop.example"
        make(4)

        url = urlsplit(LIST.page_of(rows(), order=NEWEST).next or "")

        assert (url.scheme, url.netloc, url.path) == ("https", "shop.example", "/api/v1/things/")
        assert {"colour": ["red"], "page_size": ["3"]}.items() <= parse_qs(url.query).items()

    def test_begins_anew_where_everything_before_is_gone(self) -> None:
        make(6)
        first = LIST.page_of(rows(), order=NEWEST)
        second = replace(LIST, cursor=cursor_in(first.next)).page_of(rows(), order=NEWEST)
        for row in first.rows:
            row.delete()

        page = replace(LIST, cursor=cursor_in(second.previous)).page_of(rows(), order=NEWEST)

        assert (page.rows, page.previous) == ([], None)
        assert page.next is not None
        assert "cursor" not in page.next

    @pytest.mark.parametrize(
        "other",
        [
            {"path": "/api/v1/others/"},
            {"filters": {"colour": "blue"}},
            {"filters": {"colour": "red", "size": "1"}},
            {"filters": {}},
        ],
    )
    def test_refuses_a_cursor_of_another_list(self, other: dict[str, Any]) -> None:
        make(4)
        cursor = cursor_in(LIST.page_of(rows(), order=NEWEST).next)

        with pytest.raises(ValidationError) as refusal:
            replace(LIST, cursor=cursor, **other).page_of(rows(), order=NEWEST)

        assert list(refusal.value.detail) == ["cursor"]

    def test_refuses_a_cursor_of_another_order(self) -> None:
        make(4)
        cursor = cursor_in(LIST.page_of(rows(), order=NEWEST).next)

        with pytest.raises(ValidationError):
            replace(LIST, cursor=cursor).page_of(rows(), order=OLDEST)

    @pytest.mark.parametrize(
        "values",
        [
            [],
            ["n"],
            ["n", "2026-01-01 12:00:00+00:00"],
            ["n", "2026-01-01 12:00:00+00:00", ID, ID],
            ["n", "yesterday", ID],
            ["n", "2026-13-41 12:00:00+00:00", ID],
            ["n", "2026-01-01 12:00:00+00:00", "one"],
            ["n", "2026-01-01 12:00:00+00:00", "9" * 5_000],
            ["n", "2026-01-01 12:00:00+00:00", f"{ID}\x00"],
            ["x", "2026-01-01 12:00:00+00:00", ID],
        ],
    )
    def test_refuses_a_forged_cursor(self, values: list[str]) -> None:
        make(4)
        cursor = cursor_in(LIST.page_of(rows(), order=NEWEST).next)
        right_sum = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")[0]

        with pytest.raises(ValidationError):
            replace(LIST, cursor=forged(right_sum, *values)).page_of(rows(), order=NEWEST)

    @pytest.mark.parametrize("cursor", ["nonsense", "====", "é", "A", "_" * 3_000, "/w==", forged("a", "n", "1", "2")])
    def test_refuses_what_is_no_cursor(self, cursor: str) -> None:
        with pytest.raises(ValidationError):
            replace(LIST, cursor=cursor).page_of(rows(), order=NEWEST)
