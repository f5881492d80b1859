"""What staff do with the catalogue on a page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages

from common.contracts import ProductChanged
from common.testing.admin_pages import list_address, row_address
from common.testing.plugin import Told
from product_svc.catalog.models import Category, Product
from tests.product_svc import factories

pytestmark = pytest.mark.django_db
HTML = {"HTTP_ACCEPT": "text/html"}
WHY = "It is a bridge."


@pytest.fixture
def support(client_of: Callable[..., Any]) -> Any:
    return client_of(uuid.uuid4(), "support", name="Sam Support")


def do(client: Any, row: Any, action: str, **data: Any) -> Any:
    return client.post(row_address(row, "action", action), data, format="multipart", **HTML)


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


class TestProducts:
    @pytest.mark.parametrize(("action", "status"), [("withdraw", "draft"), ("archive", "archived")])
    def test_are_taken_out_for_a_reason_and_shown_again(
        self, support: Any, told: Told, action: str, status: str
    ) -> None:
        mug = factories.product()

        do(support, mug, action, reason=WHY)
        do(support, mug, "publish")

        assert [fact.status for fact in told.named(ProductChanged)][1:] == [status, "published"]
        assert LogEntry.objects.earliest("pk").change_message == f"{action.capitalize()}: {WHY}"

    def test_of_who_may_not_sell_are_not_published(self, support: Any, hear: Callable[..., bool]) -> None:
        somebody = factories.seller()
        mug = factories.product(author=somebody, status="draft")
        hear(factories.seller_changed(somebody, "suspended"))

        answer = do(support, mug, "publish")

        mug.refresh_from_db()
        assert mug.status == "draft"
        assert "Publish, Mug:" in said(answer)[0]
        assert not LogEntry.objects.exists()

    def test_show_what_they_cost_and_how_many_there_are(self, support: Any) -> None:
        mug = factories.product("MUG-7", stock=42)

        page = support.get(row_address(mug), **HTML).content.decode()

        assert "12.50 USD" in page
        assert '?q=MUG-7">42</a>' in page

    @pytest.mark.parametrize("query", ["mug", "MUG-7", "id", "seller"])
    def test_are_found_whatever_their_status(self, support: Any, query: str) -> None:
        mug = factories.product("MUG-7", status="draft")
        factories.product("CUP", title="Cup")
        terms = {"id": str(mug.id), "seller": str(mug.seller_id)}

        page = support.get(list_address(Product), {"q": terms.get(query, query)}, **HTML).content.decode()

        assert str(mug.id) in page
        assert "Cup" not in page

    def test_are_listed_by_status(self, support: Any) -> None:
        shown, hidden = factories.product(), factories.product("CUP", status="draft")

        published, drafts = (
            support.get(list_address(Product), look, **HTML).content.decode() for look in ({}, {"status": "draft"})
        )

        assert str(shown.id) in published
        assert str(hidden.id) not in published
        assert str(hidden.id) in drafts

    def test_never_run_what_sellers_write(self, support: Any) -> None:
        mug = factories.product(title="Mug <script>alert(1)</script>", attributes={"colour": "<b>red</b>"})

        page = support.get(row_address(mug), **HTML).content.decode()

        assert "<script>alert" not in page
        assert "<b>red" not in page


class TestCategories:
    def test_are_made_moved_and_taken_down(self, client_of: Callable[..., Any]) -> None:
        admin, lamps = client_of(uuid.uuid4(), "admin"), factories.CategoryFactory(slug="lamps")
        new = f"{list_address(Category)}do/create/"

        admin.post(new, {"name": "Lanterns", "slug": "lanterns", "parent": "lamps"}, format="multipart")
        lanterns = Category.objects.get(slug="lanterns")
        do(admin, lanterns, "change", name="Storm lanterns", slug="lanterns", parent="")
        lanterns.refresh_from_db()
        do(admin, lanterns, "delete")

        assert (lanterns.name, lanterns.parent) == ("Storm lanterns", None)
        assert list(Category.objects.all()) == [lamps]
        assert LogEntry.objects.count() == 3

    def test_keep_what_was_typed_when_refused(self, support: Any) -> None:
        lamps = factories.CategoryFactory(name="Lamps", slug="lamps")

        answer = do(support, lamps, "change", name="Lights", slug="lamps", parent="lamps")

        lamps.refresh_from_db()
        assert lamps.name == "Lamps"
        assert 'value="Lights"' in answer.content.decode()

    def test_that_hold_something_stay(self, client_of: Callable[..., Any]) -> None:
        shelf = factories.CategoryFactory()
        factories.product(category=shelf.slug)

        answer = do(client_of(uuid.uuid4(), "admin"), shelf, "delete")

        assert Category.objects.filter(pk=shelf.pk).exists()
        assert "Take down" in said(answer)[0]

    def test_are_taken_down_by_admins_alone(self, support: Any) -> None:
        assert do(support, factories.CategoryFactory(), "delete").status_code == 403
