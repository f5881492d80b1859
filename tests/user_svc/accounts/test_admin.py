"""What staff do with accounts on a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from common.contracts import ProfileChanged, SessionEnded
from common.testing.admin_pages import list_address, row_address
from common.testing.plugin import Told
from tests.user_svc.factories import SessionFactory, UserFactory
from user_svc.accounts.models import User

pytestmark = pytest.mark.django_db
HTML = {"HTTP_ACCEPT": "text/html"}
DANGEROUS = ["disable", "remove_factors", "appoint"]
Staff = Callable[[str], Any]


@pytest.fixture
def staff(client_of: Callable[..., Any]) -> Staff:
    def make(role: str) -> Any:
        return client_of(UserFactory(roles=[role]).id, role)

    return make


def do(client: Any, user: User, action: str, **data: Any) -> Any:
    return client.post(row_address(user, "action", action), data, format="multipart", **HTML)


class TestUserPage:
    def test_offers_support_what_is_done_every_day(self, staff: Staff) -> None:
        user = UserFactory()

        page = staff("support").get(row_address(user), **HTML).content.decode()

        assert row_address(user, "action", "sign_out") in page
        assert not any(row_address(user, "action", action) in page for action in DANGEROUS)

    def test_offers_admins_the_rest(self, staff: Staff) -> None:
        user = UserFactory()

        page = staff("admin").get(row_address(user), **HTML).content.decode()

        assert all(row_address(user, "action", action) in page for action in DANGEROUS)

    def test_shows_no_secret(self, staff: Staff) -> None:
        user = UserFactory()

        assert user.password not in staff("admin").get(row_address(user), **HTML).content.decode()

    def test_cannot_be_written_to(self, staff: Staff) -> None:
        user = UserFactory()

        answer = staff("admin").post(row_address(user), {"full_name": "Mallory"}, format="multipart", **HTML)

        user.refresh_from_db()
        assert answer.status_code == 403
        assert user.full_name == "Ada Lovelace"

    @pytest.mark.parametrize("page", ["add/", "{}/delete/"])
    def test_neither_adds_nor_deletes(self, staff: Staff, page: str) -> None:
        user = UserFactory()

        assert staff("admin").get(list_address(User) + page.format(user.pk), **HTML).status_code == 403

    @pytest.mark.parametrize("key", ["1", "nonsense", "6f0f2f1a-0000-4000-8000-000000000000"])
    def test_of_nobody_leads_back(self, staff: Staff, key: str) -> None:
        assert staff("admin").get(f"{list_address(User)}{key}/change/", **HTML).status_code == 302


class TestActions:
    @pytest.mark.parametrize("action", DANGEROUS)
    def test_that_are_dangerous_are_closed_to_support(self, staff: Staff, action: str) -> None:
        user = UserFactory()

        answer = do(staff("support"), user, action, role="admin")

        user.refresh_from_db()
        assert answer.status_code == 403
        assert (user.is_active, user.roles) == (True, ["customer"])

    def test_that_are_unknown_are_not_there(self, staff: Staff) -> None:
        assert do(staff("admin"), UserFactory(), "has_add_permission").status_code == 404

    def test_sign_somebody_out_everywhere(self, staff: Staff, told: Told) -> None:
        sessions = SessionFactory.create_batch(2, user=UserFactory())

        do(staff("support"), sessions[0].user, "sign_out")

        assert {fact.session_id for fact in told.named(SessionEnded)} == {str(session.id) for session in sessions}

    def test_disable_and_enable(self, staff: Staff, told: Told) -> None:
        user, admin = UserFactory(), staff("admin")

        do(admin, user, "disable")
        do(admin, user, "enable")

        assert [fact.is_active for fact in told.named(ProfileChanged)] == [False, True]
        assert set(LogEntry.objects.values_list("change_message", flat=True)) == {"Disable", "Enable"}

    def test_appoint_and_dismiss(self, staff: Staff, told: Told) -> None:
        user, admin = UserFactory(), staff("admin")

        do(admin, user, "appoint", role="support")
        do(admin, user, "dismiss")

        assert [fact.roles for fact in told.named(ProfileChanged)] == [("customer", "support"), ("customer",)]

    def test_appoint_to_nothing_else(self, staff: Staff) -> None:
        user = UserFactory()

        answer = do(staff("admin"), user, "appoint", role="seller")

        user.refresh_from_db()
        assert "Select a valid choice" in answer.content.decode()
        assert user.roles == ["customer"]

    def test_do_not_dismiss_oneself(self, client_of: Callable[..., Any]) -> None:
        me = UserFactory(roles=["admin"])

        do(client_of(me.id, "admin"), me, "dismiss")

        me.refresh_from_db()
        assert me.roles == ["admin"]


class TestSearch:
    @pytest.mark.parametrize("query", ["GRACE@", "grace h", "id"])
    def test_finds_by_address_name_and_id(self, staff: Staff, query: str) -> None:
        grace = UserFactory(email="grace@example.com", full_name="Grace Hopper")
        UserFactory(email="alan@example.com", full_name="Alan Turing")

        page = staff("support").get(list_address(User), {"q": str(grace.pk) if query == "id" else query}, **HTML)

        assert "Grace Hopper" in page.content.decode()
        assert "Alan Turing" not in page.content.decode()
