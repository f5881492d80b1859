"""Lists are walked through page by page, and never counted to their end."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import RequestFactory

from common import clock
from common.admin import paging
from common.events.models import HeardFact, InboxMessage

pytestmark = pytest.mark.django_db
LIST = "/admin/notifications/events/heardfact/"


@pytest.fixture
def sixty_facts() -> None:
    InboxMessage.objects.bulk_create(
        InboxMessage(fact_id=uuid.uuid4(), handler="h", name="a.b.v1", handled_at=clock.now()) for _ in range(60)
    )


def paginator(page: str, per_page: int) -> paging.HorizonPaginator:
    request = RequestFactory().get("/", {"p": page})
    return paging.paginator_for(request, HeardFact.objects.order_by("-handled_at"), per_page)


@pytest.mark.usefixtures("sixty_facts")
class TestHorizonPaginator:
    def test_counts_what_is_near(self) -> None:
        assert paginator("1", 50).count == 60
        assert not paginator("1", 50).is_cut_short

    def test_counts_no_further_than_some_pages_ahead(self) -> None:
        near = paginator("1", 2)

        assert near.count == (1 + paging.PAGES_AHEAD) * 2
        assert near.is_cut_short

    def test_goes_on_with_whoever_goes_on(self) -> None:
        assert paginator("8", 2).count == (8 + paging.PAGES_AHEAD) * 2

    def test_ends_somewhere(self) -> None:
        assert paginator("999999", 50).horizon == paging.MOST_ROWS

    @pytest.mark.parametrize("page", ["", "x", "-1", "9" * 40, "٣"])
    def test_takes_nonsense_for_the_first_page(self, page: str) -> None:
        assert paginator(page, 2).horizon == (1 + paging.PAGES_AHEAD) * 2


@pytest.mark.usefixtures("sixty_facts")
class TestPages:
    def test_are_shown_one_by_one(self, client_of: Callable[..., Any]) -> None:
        admin = client_of(uuid.uuid4(), "admin")

        first, second = (admin.get(LIST, {"p": page}, HTTP_ACCEPT="text/html").content.decode() for page in "12")

        assert first.count("a.b.v1") == 50
        assert second.count("a.b.v1") == 10
