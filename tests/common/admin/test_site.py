"""Who gets into an admin, and as whom."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from common.admin.models import Operator
from common.testing.plugin import sign_assertion

pytestmark = pytest.mark.django_db

ADMIN = "/admin/notifications/"
ClientOf = Callable[..., Any]
HTML = {"HTTP_ACCEPT": "text/html,*/*;q=0.8"}


class TestDoors:
    def test_lead_through_the_gateway(self, client: Client) -> None:
        answer = client.get(ADMIN, **HTML)

        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")

    def test_are_closed_to_what_was_said_to_another_service(self, client: Client) -> None:
        signed = sign_assertion(audience="user_svc", user_id=uuid.uuid4(), roles=("admin",))

        assert client.get(ADMIN, HTTP_X_GATEWAY_ASSERTION=signed).status_code == 401

    def test_lead_visitors_to_the_one_sign_in_and_back(self, visitor: Any) -> None:
        answer = visitor.get(f"{ADMIN}events/outboxmessage/?q=a", **HTML)

        assert answer.status_code == 302
        assert answer["Location"] == "/login/?next=%2Fadmin%2Fnotifications%2Fevents%2Foutboxmessage%2F%3Fq%3Da"

    def test_tell_a_program_to_sign_in(self, visitor: Any) -> None:
        answer = visitor.get(ADMIN)

        assert answer.status_code == 401
        assert answer.json()["code"] == "not_authenticated"

    @pytest.mark.parametrize("path", ["", "events/outboxmessage/", "dead-letters/", "nowhere/"])
    def test_are_closed_to_customers(self, client_of: ClientOf, path: str) -> None:
        customer = client_of(uuid.uuid4(), "customer", "seller")

        page, answer = customer.get(ADMIN + path, **HTML), customer.get(ADMIN + path)

        assert page.status_code == answer.status_code == 403
        assert "for those who run the shop" in page.content.decode()
        assert answer.json()["code"] == "permission_denied"

    @pytest.mark.parametrize("role", ["support", "admin"])
    def test_are_open_to_staff(self, client_of: ClientOf, role: str) -> None:
        answer = client_of(uuid.uuid4(), role, name="Ada Lovelace").get(ADMIN, **HTML)

        assert answer.status_code == 200
        assert "Ada Lovelace" in answer.content.decode()

    @pytest.mark.parametrize(("amr", "status"), [(("pwd",), 403), (("pwd", "otp", "mfa"), 200)])
    def test_take_a_second_factor_where_the_shop_wants_one(
        self, browser_of: ClientOf, settings: Any, amr: tuple[str, ...], status: int
    ) -> None:
        settings.STAFF_NEED_SECOND_FACTOR = True

        assert browser_of(uuid.uuid4(), "admin", amr=amr).get(ADMIN, **HTML).status_code == status

    @pytest.mark.parametrize(
        ("path", "where"),
        [
            ("login/", "/login/?next=%2Fadmin%2Fnotifications%2F"),
            ("logout/", "/logout/"),
            ("password_change/", "/account/"),
        ],
    )
    def test_of_a_sign_in_of_their_own_lead_to_the_gateways(self, client_of: ClientOf, path: str, where: str) -> None:
        assert client_of(uuid.uuid4(), "admin").get(ADMIN + path, **HTML)["Location"] == where

    def test_say_on_a_page_what_is_not_there(self, client_of: ClientOf) -> None:
        answer = client_of(uuid.uuid4(), "admin").get(f"{ADMIN}nowhere/", **HTML)

        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("text/html")


class TestForgedForms:
    def test_are_refused_on_a_page(self, browser_of: ClientOf) -> None:
        answer = browser_of(uuid.uuid4(), "admin").post(f"{ADMIN}events/outboxmessage/", {}, **HTML)

        assert answer.status_code == 403
        assert answer["Content-Type"].startswith("text/html")
        assert "Load the page anew" in answer.content.decode()

    def test_are_refused_to_programs_as_a_problem(self, browser_of: ClientOf) -> None:
        answer = browser_of(uuid.uuid4(), "admin").post(f"{ADMIN}events/outboxmessage/", {})

        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


class TestTitles:
    @pytest.mark.parametrize(
        ("path", "title"),
        [
            ("", "Notifications · OpenCommerce"),
            ("events/outboxmessage/", "Facts told · Notifications · OpenCommerce"),
        ],
    )
    def test_say_nothing_twice(self, client_of: ClientOf, path: str, title: str) -> None:
        page = client_of(uuid.uuid4(), "admin").get(ADMIN + path, **HTML).content.decode()

        said = re.search(r"<title>(.*?)</title>", page)
        assert said
        assert said[1].strip() == title


class TestOperator:
    def test_is_one_row_a_person_as_the_gateway_last_said(self, client_of: ClientOf) -> None:
        person = uuid.uuid4()
        client_of(person, "support", name="Ada").get(ADMIN)
        client_of(person, "admin", "customer", name="Ada Lovelace").get(ADMIN)

        row = Operator.objects.get()

        assert (row.id, row.name, row.roles, row.is_active) == (person, "Ada Lovelace", ["admin", "customer"], True)

    def test_is_deactivated_when_the_role_is_gone(self, client_of: ClientOf) -> None:
        person = uuid.uuid4()
        client_of(person, "support").get(ADMIN)

        client_of(person, "customer").get(ADMIN)

        assert not Operator.objects.get().is_active

    def test_is_not_made_of_others(self, client_of: ClientOf, visitor: Any) -> None:
        client_of(uuid.uuid4(), "customer").get(ADMIN)
        visitor.get(ADMIN)

        assert not Operator.objects.exists()

    def test_costs_one_query_a_page(self, client_of: ClientOf, django_assert_num_queries: Any) -> None:
        admin = client_of(uuid.uuid4(), "admin")
        admin.get(f"{ADMIN}login/")
        admin.get(f"{ADMIN}password_change/")

        with django_assert_num_queries(1):
            assert admin.get(f"{ADMIN}jsi18n/").status_code == 200


class TestPages:
    def test_load_nothing_from_elsewhere(self, client_of: ClientOf) -> None:
        answer = client_of(uuid.uuid4(), "admin").get(ADMIN, **HTML)

        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "://" not in answer.content.decode().replace("http://www.w3.org/2000/svg", "")

    def test_lead_to_the_five_others_and_to_the_page_in_front(self, client_of: ClientOf) -> None:
        page = client_of(uuid.uuid4(), "support").get(ADMIN, **HTML).content.decode()

        for name in ("users", "products", "orders", "notifications", "files", "gateway"):
            assert f'href="/admin/{name}/"' in page
        assert 'href="/admin/"' in page


class TestLists:
    @pytest.mark.parametrize("lookup", ["occurred_at__year=-1", "data__a=1", "name__icontains=a", "sequence__in=9"])
    def test_answer_no_question_but_their_filters(self, client_of: ClientOf, lookup: str) -> None:
        answer = client_of(uuid.uuid4(), "admin").get(f"{ADMIN}events/outboxmessage/?{lookup}", **HTML)

        assert answer.status_code == 400

    @pytest.mark.parametrize("look", ["state=unsent", "state=nonsense", "q=", "p=2", "e=1", "o=3.-1"])
    def test_bear_with_what_they_do_not_know(self, client_of: ClientOf, look: str) -> None:
        answer = client_of(uuid.uuid4(), "admin").get(f"{ADMIN}events/outboxmessage/?{look}", **HTML)

        assert answer.status_code == 200

    def test_have_no_way_to_a_site_of_djangos(self, client_of: ClientOf) -> None:
        assert client_of(uuid.uuid4(), "admin").get(f"{ADMIN}r/1/2/", **HTML).status_code == 404
