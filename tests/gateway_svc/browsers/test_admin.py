"""What staff do with signed-in browsers, through the real gateway."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection

from common.contracts import BrowserSignedOut
from common.testing.admin_pages import list_address, row_address
from gateway_svc.browsers import rules
from gateway_svc.browsers.models import BrowserSession
from gateway_svc.config import urls
from gateway_svc.sessions.models import EndedSession
from tests.gateway_svc.accounts import ADMIN
from tests.gateway_svc.door import Door, settle
from tests.gateway_svc.visitor import COOKIE, Visitor

pytestmark = pytest.mark.django_db(transaction=True)
assert urls.urlpatterns  # registers the models


@pytest.fixture
def admin(visitor: Visitor) -> Visitor:
    """Somebody of the staff at a browser."""
    visitor.sign_in(ADMIN)
    return visitor


@pytest.fixture
def ada(door: Door) -> Visitor:
    """A customer who is signed in."""
    customer = Visitor(door)
    customer.sign_in()
    return customer


def session_of(visitor: Visitor) -> BrowserSession:
    return BrowserSession.objects.get(digest=rules.digest_of(visitor.cookies[COOKIE]))


def connections_to_the_database() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


class TestTheGatewaysAdmin:
    def test_lets_staff_in_by_the_one_sign_in(self, admin: Visitor) -> None:
        page = admin.get("/admin/gateway/")

        assert page.status == 200
        assert b"Browser sessions" in page.body

    @pytest.mark.parametrize("path", ["/admin/gateway/", "/admin/gateway/browsers/browsersession/"])
    def test_is_closed_to_customers_and_leads_visitors_to_the_sign_in(
        self, door: Door, ada: Visitor, path: str
    ) -> None:
        assert ada.get(path).status == 403
        assert Visitor(door).get(path).get("location") == f"/login/?next={path}"

    def test_takes_nobodys_word_for_who_they_are(self, ada: Visitor) -> None:
        assert ada.get("/admin/gateway/", **{"X-Gateway-Assertion": "made.up.entirely"}).status == 403

    def test_shows_neither_cookies_nor_tokens(self, admin: Visitor, ada: Visitor) -> None:
        session = session_of(ada)

        page = admin.get(row_address(session)).body.decode()

        assert session.session_id in page
        assert not any(each in page for each in (ada.cookies[COOKIE], session.sealed_access, session.sealed_refresh))

    def test_leaves_no_connection_to_the_database_behind(self, admin: Visitor) -> None:
        for _ in range(4):
            admin.get(list_address(BrowserSession))
        before = connections_to_the_database()

        for _ in range(8):
            admin.get(list_address(BrowserSession))

        # A door that reads what it has just heard of has one for a moment.
        settle(lambda: connections_to_the_database() <= before)


class TestSigningOut:
    def test_is_done_by_the_service_at_once_and_written_down(
        self, open_door: Callable[..., Door], accounts, told
    ) -> None:
        # A door of its own: Django keeps the ids of content types, which each test of this kind gives anew.
        door = open_door()
        admin, ada = Visitor(door), Visitor(door)
        admin.sign_in(ADMIN)
        ada.sign_in()
        session = session_of(ada)
        asked = admin.get(row_address(session, "action", "sign_out"))

        done = admin.post(row_address(session, "action", "sign_out"))

        assert b"signed out at once" in asked.body
        assert done.get("location") == list_address(BrowserSession)
        assert EndedSession.objects.filter(session_id=session.session_id).exists()
        assert [fact.session_id for fact in told.named(BrowserSignedOut)] == [session.session_id]
        assert ada.get("/account/").get("location") == "/login/?next=/account/"
        assert LogEntry.objects.get().change_message == "Sign out"

    def test_is_refused_to_a_forged_form(self, admin: Visitor, ada: Visitor) -> None:
        session = session_of(ada)

        answer = admin.post(row_address(session, "action", "sign_out"), csrfmiddlewaretoken="forged")

        assert answer.status == 403
        assert ada.get("/account/").status == 200
