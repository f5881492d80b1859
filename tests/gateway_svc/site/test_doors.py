"""Who is led to the sign-in page, and who is told that there is nothing for them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.gateway_svc.accounts import ADMIN, CAREFUL, CODE, FakeAccounts
from tests.gateway_svc.door import Door
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.visitor import COOKIE, Visitor

pytestmark = pytest.mark.django_db
REFUSED = "/api/v1/products/early"


@pytest.fixture(scope="module")
def strict_door(open_door: Callable[..., Door]) -> Door:
    """That of a shop whose staff need a second factor."""
    return open_door(OPENCOMMERCE_STAFF_NEED_SECOND_FACTOR="on")


class TestAVisitorInABrowser:
    def test_is_led_to_the_sign_in_page_by_what_a_service_refuses(self, visitor: Visitor) -> None:
        answer = visitor.get(f"{REFUSED}?a=1&b=ü".replace("ü", "%C3%BC"))

        assert answer.status == 303
        assert answer.get("location") == "/login/?next=/api/v1/products/early%3Fa%3D1%26b%3D%25C3%25BC"
        page = visitor.get(answer.get("location") or "")
        assert b'name="next" value="/api/v1/products/early?a=1&amp;b=%C3%BC"' in page.body

    def test_is_led_there_from_the_admins(self, visitor: Visitor) -> None:
        assert visitor.get("/admin/").get("location") == "/login/?next=/admin/"
        assert visitor.get("/admin/anything/1/").get("location") == "/login/?next=/admin/anything/1/"

    def test_is_led_there_from_their_account(self, visitor: Visitor) -> None:
        assert visitor.get("/account/").get("location") == "/login/?next=/account/"

    def test_reads_of_other_problems_on_a_page(self, visitor: Visitor) -> None:
        page = visitor.get("/nowhere/")

        assert page.status == 404
        assert page.get("content-type") == "text/html; charset=utf-8"
        assert (page.get("x-request-id") or "-").encode() in page.body

    def test_reads_on_a_page_that_a_service_is_away(self, visitor: Visitor, service) -> None:
        service.stop()
        try:
            page = visitor.get("/api/v1/products/")
        finally:
            service.start()

        assert page.status == 503
        assert page.get("retry-after")
        assert b"<h1>" in page.body


@pytest.mark.django_db(transaction=True)
class TestSomebodySignedIn:
    def test_is_named_also_where_there_is_nothing(self, visitor: Visitor) -> None:
        visitor.sign_in()

        page = visitor.get("/nowhere/")

        assert page.status == 404
        assert b'<a href="/account/">Ada &lt;L&gt;</a>' in page.body
        assert b'href="/login/' not in page.body

    def test_is_nobody_there_with_a_cookie_that_stands_for_nobody(self, visitor: Visitor) -> None:
        visitor.cookies[COOKIE] = "made-up"

        assert b'href="/login/"' in visitor.get("/nowhere/").body


class TestAProgram:
    def test_gets_the_answer_of_the_service(self, visitor: Visitor) -> None:
        assert visitor.get(REFUSED, accept="application/json").body == b"no"

    @pytest.mark.parametrize("accept", ["application/json", "*/*", ""])
    def test_gets_a_problem_from_the_admins(self, visitor: Visitor, accept: str) -> None:
        answer = visitor.get("/admin/", accept=accept)

        assert answer.status == 401
        assert json.loads(answer.body)["code"] == "not_authenticated"
        assert answer.get("www-authenticate") == 'Bearer realm="opencommerce"'

    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/account/", 401, "not_authenticated"),
            ("GET", "/account/nowhere/", 404, "not_found"),
            ("POST", "/login/", 403, "csrf_failed"),
            ("PUT", "/account/", 403, "csrf_failed"),
        ],
    )
    def test_gets_problems_where_people_get_pages(
        self, door: Door, method: str, path: str, status: int, code: str
    ) -> None:
        answer = door.ask(method, path, headers=[("Accept", "application/json")], body=None if method == "GET" else b"")

        assert answer.get("content-type") == "application/problem+json"
        assert (answer.status, answer.json()["code"]) == (status, code)
        assert answer.json()["request_id"] == answer.get("x-request-id")

    def test_with_a_bad_token_is_not_led_astray(self, visitor: Visitor) -> None:
        assert visitor.get("/admin/", Authorization="Bearer bad").status == 401


@pytest.mark.django_db(transaction=True)
class TestTheAdmins:
    def test_are_closed_for_customers(self, visitor: Visitor) -> None:
        visitor.sign_in()

        for path in ("/admin/", "/admin/users/"):
            page = visitor.get(path)
            assert page.status == 403
            assert b"those who run the shop" in page.body

    def test_are_closed_for_their_programs(self, door: Door, signer: Signer) -> None:
        answer = door.ask("GET", "/admin/", token=signer.token(roles=["customer", "seller"]))

        assert answer.status == 403
        assert answer.json()["code"] == "forbidden"

    @pytest.mark.parametrize("role", ["admin", "support"])
    def test_are_open_for_staff(self, door: Door, signer: Signer, role: str) -> None:
        assert door.ask("GET", "/admin/nothing-here/", token=signer.token(roles=["customer", role])).status == 404

    def test_want_a_second_factor_where_the_shop_does(self, strict_door: Door, accounts: FakeAccounts) -> None:
        visitor = Visitor(strict_door)
        visitor.sign_in(ADMIN)

        page = visitor.get("/admin/nothing-here/")

        assert page.status == 403
        assert b'href="/account/second-factor/"' in page.body

    def test_are_open_with_a_second_factor(self, strict_door: Door, accounts: FakeAccounts) -> None:
        visitor = Visitor(strict_door)
        visitor.sign_in(CAREFUL)
        visitor.post("/login/second-factor/", challenge="a-challenge", methods="totp", code=CODE)

        assert visitor.get("/admin/nothing-here/").status == 404
