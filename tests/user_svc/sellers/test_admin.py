"""What staff do with sellers on a page: it is done by the service, told once, and written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages

from common.contracts import SellerChanged
from common.testing.admin_pages import list_address, row_address
from common.testing.plugin import Told
from tests.user_svc.factories import SellerFactory, UserFactory
from user_svc.accounts.models import User
from user_svc.sellers.models import Seller, Status

pytestmark = pytest.mark.django_db
WHY = "Nothing was ever shipped."
HTML = {"HTTP_ACCEPT": "text/html"}


@pytest.fixture
def ada() -> User:
    user: User = UserFactory(roles=["support"], full_name="Ada Lovelace")
    return user


@pytest.fixture
def support(ada: User, client_of: Callable[..., Any]) -> Any:
    return client_of(ada.id, "support", name=ada.full_name)


def post(client: Any, address: str, **data: Any) -> Any:
    return client.post(address, data, format="multipart", **HTML)


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


class TestSuspension:
    def test_is_asked_for_with_a_reason(self, support: Any) -> None:
        page = support.get(row_address(SellerFactory(), "action", "suspend"), **HTML).content.decode()

        assert "Lovelace Engines" in page
        assert 'name="reason"' in page
        assert 'name="csrfmiddlewaretoken"' in page

    def test_is_done_by_the_service_and_written_down(self, support: Any, ada: User, told: Told) -> None:
        seller = SellerFactory()

        answer = post(support, row_address(seller, "action", "suspend"), reason=WHY)

        seller.refresh_from_db()
        (fact,) = told.named(SellerChanged)
        entry = LogEntry.objects.get()
        assert (seller.status, seller.reason) == (Status.SUSPENDED, WHY)
        assert (fact.status, fact.reason) == ("suspended", WHY)
        assert (entry.user, entry.object_id, entry.change_message) == (ada, str(seller.pk), f"Suspend: {WHY}")
        assert answer["Location"] == row_address(seller)
        assert said(answer) == ["Suspend, Lovelace Engines: done."]

    def test_needs_a_reason(self, support: Any) -> None:
        seller = SellerFactory()

        answer = post(support, row_address(seller, "action", "suspend"), reason=" ")

        assert "This field is required" in answer.content.decode()
        assert Seller.objects.get().status == Status.APPROVED

    def test_is_offered_only_where_it_changes_something(self, support: Any) -> None:
        seller = SellerFactory(status=Status.SUSPENDED, reason=WHY)

        page = support.get(row_address(seller), **HTML).content.decode()

        assert row_address(seller, "action", "approve") in page
        assert row_address(seller, "action", "suspend") not in page

    def test_is_nothing_that_a_link_does(self, support: Any) -> None:
        support.get(row_address(SellerFactory(), "action", "suspend"), {"reason": WHY}, **HTML)

        assert Seller.objects.get().status == Status.APPROVED

    def test_shows_in_the_history(self, support: Any) -> None:
        seller = SellerFactory()
        post(support, row_address(seller, "action", "suspend"), reason=WHY)

        page = support.get(row_address(seller, "history"), **HTML).content.decode()

        assert f"Suspend: {WHY}" in page
        assert "UTC" in page


class TestRefusals:
    def test_become_messages_and_leave_nothing_in_the_history(self, support: Any) -> None:
        seller = SellerFactory(user=UserFactory(is_active=False), status=Status.SUSPENDED, reason=WHY)

        answer = post(support, row_address(seller, "action", "approve"))

        assert said(answer) == [
            "Approve, Lovelace Engines: The seller's account is disabled, so their shop stays closed."
        ]
        assert not LogEntry.objects.exists()


class TestBulk:
    def test_asks_once_and_does_it_with_each(self, support: Any, told: Told) -> None:
        shops = [SellerFactory(name=f"Shop {number}") for number in range(3)]
        ticked = {"action": "suspend", "_selected_action": [str(shop.pk) for shop in shops[:2]]}

        asked = post(support, list_address(Seller), index="0", **ticked)
        done = post(support, list_address(Seller), confirmed="yes", reason=WHY, **ticked)

        assert all(str(shop.pk) in asked.content.decode() for shop in shops[:2])
        assert done.status_code == 302
        assert {fact.seller_name for fact in told.named(SellerChanged)} == {"Shop 0", "Shop 1"}
        assert LogEntry.objects.count() == 2

    def test_does_nothing_before_the_reason_is_good(self, support: Any) -> None:
        seller = SellerFactory()

        post(support, list_address(Seller), action="suspend", _selected_action=str(seller.pk), confirmed="yes")

        assert Seller.objects.get().status == Status.APPROVED

    def test_is_done_with_what_is_ticked_whatever_else_is_asked(self, support: Any) -> None:
        seller, other = SellerFactory(), SellerFactory()
        ticked = {"action": "suspend", "_selected_action": str(seller.pk), "select_across": "1"}

        post(support, list_address(Seller), confirmed="yes", reason=WHY, **ticked)

        other.refresh_from_db()
        assert other.status == Status.APPROVED

    @pytest.mark.parametrize("key", ["nonsense", "1", ""])
    def test_bears_with_what_is_no_key(self, support: Any, key: str) -> None:
        answer = post(support, list_address(Seller), action="suspend", index="0", _selected_action=key)

        assert answer.status_code in {302, 404}


class TestForgery:
    def test_is_refused(self, ada: User, browser_of: Callable[..., Any]) -> None:
        seller = SellerFactory()

        answer = post(browser_of(ada.id, "support"), row_address(seller, "action", "suspend"), reason=WHY)

        assert answer.status_code == 403
        assert Seller.objects.get().status == Status.APPROVED

    def test_is_told_from_what_our_own_page_asks(self, ada: User, browser_of: Callable[..., Any]) -> None:
        browser, seller = browser_of(ada.id, "support"), SellerFactory()
        page = browser.get(row_address(seller, "action", "suspend"), **HTML)
        token = str(page.context["csrf_token"])

        answer = post(browser, row_address(seller, "action", "suspend"), reason=WHY, csrfmiddlewaretoken=token)

        assert answer.status_code == 302
        assert Seller.objects.get().status == Status.SUSPENDED


class TestSearch:
    def test_finds_how_a_name_begins(self, support: Any) -> None:
        SellerFactory(name="Lovelace Engines")
        SellerFactory(name="Babbage & Sons")

        page = support.get(list_address(Seller), {"q": "lovel"}, **HTML).content.decode()

        assert "Lovelace" in page
        assert "Babbage" not in page

    @pytest.mark.parametrize("query", ["%", "_", "\\", "'", "x" * 5000, "0", "\u202e"])
    def test_bears_with_anything(self, support: Any, query: str) -> None:
        assert support.get(list_address(Seller), {"q": query}, **HTML).status_code == 200

    @pytest.mark.parametrize(
        "parameters",
        [{"p": "0"}, {"p": "-1"}, {"p": "x"}, {"p": "9" * 30}, {"o": "1.2.x"}, {"all": ""}, {"nothing__exact": "1"}],
    )
    def test_bears_with_parameters_of_others(self, support: Any, parameters: dict[str, str]) -> None:
        SellerFactory()

        assert support.get(list_address(Seller), parameters, **HTML).status_code in {200, 302, 400}
