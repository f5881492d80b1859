"""Signing in and out at a browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from common.contracts import BrowserSignedOut
from tests.gateway_svc.accounts import ADA, ADMIN, CAREFUL, CODE, GUESSED, PASSWORD, FakeAccounts
from tests.gateway_svc.door import Door
from tests.gateway_svc.gateway.test_tokens import assertion_in
from tests.gateway_svc.upstream import FakeService
from tests.gateway_svc.visitor import COOKIE, Visitor

pytestmark = pytest.mark.django_db(transaction=True)
PRODUCTS = "/api/v1/products/"


class TestSignInPage:
    def test_is_a_page(self, visitor: Visitor) -> None:
        page = visitor.get("/login/")

        assert page.status == 200
        assert page.get("content-type") == "text/html; charset=utf-8"
        assert page.get("cache-control") == "max-age=0, no-cache, no-store, must-revalidate, private"
        assert "script-src 'self'" in (page.get("content-security-policy") or "")
        assert page.get("x-request-id")
        assert re.search(rb'<script src="/static/site/passkey\.[0-9a-f]{12}\.js"', page.body)

    def test_signs_in_with_a_password(self, visitor: Visitor, service: FakeService) -> None:
        answer = visitor.sign_in(next="/api/v1/products/?a=1&b=2")

        assert answer.status == 303
        assert answer.get("location") == "/api/v1/products/?a=1&b=2"
        visitor.get(PRODUCTS)
        said = assertion_in(service)
        assert (said["name"], said["roles"], said["amr"], said["via"]) == ("Ada <L>", ["customer"], ["pwd"], "browser")

    def test_sets_a_cookie_that_scripts_and_other_sites_cannot_use(self, visitor: Visitor) -> None:
        (cookie,) = [line for line in visitor.sign_in().all("set-cookie") if line.startswith(COOKIE)]

        assert re.fullmatch(rf"{COOKIE}=[A-Za-z0-9_-]{{43}}", cookie.split(";")[0])
        assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}

    def test_tells_user_svc_where_they_sit(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        visitor.sign_in()

        _, body, asked = accounts.asked[-1]
        assert body == {"email": ADA, "password": PASSWORD}
        assert asked.get("x-forwarded-for") == "127.0.0.1"
        assert asked.get("x-request-id")

    def test_gives_another_cookie_each_time(self, visitor: Visitor, told: Any) -> None:
        visitor.sign_in()
        first = visitor.cookies[COOKIE]

        visitor.post("/login/", email=ADMIN, password=PASSWORD)

        assert visitor.cookies[COOKIE] != first
        assert len(told.named(BrowserSignedOut)) == 1

    def test_takes_no_cookie_that_somebody_planted(self, visitor: Visitor) -> None:
        visitor.cookies[COOKIE] = planted = "A" * 43

        visitor.sign_in()

        assert visitor.cookies[COOKIE] != planted

    @pytest.mark.parametrize("email", [ADA, "nobody@example.com"])
    def test_does_not_say_what_was_wrong(self, visitor: Visitor, email: str) -> None:
        page = visitor.sign_in(email, "wrong")

        assert page.status == 401
        assert page.get("www-authenticate")
        assert b"No account has this e-mail address and password." in page.body
        assert b"wrong" not in page.body
        assert COOKIE not in visitor.cookies

    def test_says_when_there_were_too_many_guesses(self, visitor: Visitor) -> None:
        page = visitor.sign_in(GUESSED)

        assert page.status == 429
        assert page.get("retry-after") == "40"
        assert b"<form" in page.body

    def test_says_when_user_svc_is_away(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        accounts.is_away = True

        page = visitor.sign_in()

        assert page.status == 503
        assert ADA.encode() in page.body

    def test_says_when_user_svc_is_gone(self, open_door: Callable[..., Door], accounts: FakeAccounts, users) -> None:
        visitor = Visitor(open_door())
        visitor.get("/login/")
        users.stop()
        try:
            page = visitor.post("/login/", email=ADA, password=PASSWORD)
        finally:
            users.start()

        assert page.status == 503
        assert b"out of reach" in page.body
        assert page.get("retry-after")

    @pytest.mark.parametrize("fields", [{"email": ""}, {"password": "x" * 129}, {"email": "a\x00b"}])
    def test_names_what_cannot_be(self, visitor: Visitor, accounts: FakeAccounts, fields: dict[str, str]) -> None:
        visitor.get("/login/")

        page = visitor.post("/login/", **{"email": ADA, "password": PASSWORD, **fields})

        assert page.status == 400
        assert b"errorlist" in page.body
        assert accounts.asked == []

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "//evil.example",
            "https://evil.example/",
            "/\\evil.example",
            "\\\\evil.example",
            "///evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "evil.example",
            "/login/?next=/login/",
            "/" + "x" * 3000,
        ],
    )
    def test_leads_to_no_other_site(self, visitor: Visitor, elsewhere: str) -> None:
        assert visitor.sign_in(next=elsewhere).get("location") == "/account/"

    def test_leads_on_who_is_signed_in(self, visitor: Visitor) -> None:
        visitor.sign_in()

        assert visitor.get("/login/?next=/account/password/").get("location") == "/account/password/"
        assert visitor.get("/login/?next=//evil.example").get("location") == "/account/"

    def test_takes_no_large_bodies(self, visitor: Visitor) -> None:
        visitor.get("/login/")

        assert visitor.post("/login/", email="x" * 70_000, password="x").status == 413


class TestForgery:
    def test_of_a_sign_in_is_refused(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        visitor.get("/login/")

        for headers, fields in (
            ({}, {"csrfmiddlewaretoken": ""}),
            ({}, {"csrfmiddlewaretoken": "a" * 32}),
            ({"Origin": "https://evil.example"}, {}),
            ({"Origin": ""}, {}),
        ):
            page = visitor.post("/login/", headers, email=ADA, password=PASSWORD, **fields)

            assert page.status == 403
            assert page.get("content-type") == "text/html; charset=utf-8"
        assert accounts.asked == []

    def test_of_a_sign_out_is_refused(self, visitor: Visitor) -> None:
        visitor.sign_in()

        assert visitor.post("/logout/", {"Origin": "https://evil.example"}).status == 403
        assert COOKIE in visitor.cookies


class TestSecondStep:
    def test_takes_a_code(self, visitor: Visitor, service: FakeService) -> None:
        page = visitor.sign_in(CAREFUL, next="/account/password/")
        assert page.status == 200
        assert b'name="challenge" value="a-challenge"' in page.body

        answer = visitor.post(
            "/login/second-factor/",
            challenge="a-challenge",
            methods="totp,recovery_code",
            code="287 082",
            next="/account/password/",
        )

        assert answer.status == 303
        assert answer.get("location") == "/account/password/"
        visitor.get(PRODUCTS)
        assert assertion_in(service)["amr"] == ["pwd", "otp", "mfa"]

    def test_may_be_tried_again(self, visitor: Visitor) -> None:
        visitor.sign_in(CAREFUL)

        page = visitor.post("/login/second-factor/", challenge="a-challenge", methods="totp", code="000000")

        assert page.status == 401
        assert b"This is no code of yours." in page.body
        assert b'value="a-challenge"' in page.body
        assert COOKIE not in visitor.cookies

    def test_wants_one_answer(self, visitor: Visitor) -> None:
        visitor.sign_in(CAREFUL)

        page = visitor.post("/login/second-factor/", challenge="a-challenge", methods="totp")

        assert page.status == 400
        assert b'value="a-challenge"' in page.body

    def test_begins_again_when_it_took_too_long(self, visitor: Visitor) -> None:
        visitor.sign_in(CAREFUL)

        page = visitor.post("/login/second-factor/", challenge="old", methods="totp", code=CODE)

        assert page.status == 401
        assert b'name="password"' in page.body

    def test_is_nowhere_to_begin(self, visitor: Visitor) -> None:
        assert visitor.get("/login/second-factor/").get("location") == "/login/"


class TestSignOut:
    def test_ends_the_session_here_and_tells_user_svc(
        self, visitor: Visitor, accounts: FakeAccounts, service: FakeService, told: Any
    ) -> None:
        visitor.sign_in()
        (session_id,) = list(accounts.sessions)[-1:]
        stolen = visitor.cookies[COOKIE]
        visitor.get(PRODUCTS)

        answer = visitor.post("/logout/")

        assert answer.get("location") == "/login/"
        assert COOKIE not in visitor.cookies
        assert [fact.session_id for fact in told.named(BrowserSignedOut)] == [session_id]
        visitor.cookies[COOKIE] = stolen
        visitor.get(PRODUCTS)
        assert "sub" not in assertion_in(service)

    def test_holds_in_other_processes_within_two_seconds(
        self, visitor: Visitor, open_door: Callable[..., Door], service: FakeService
    ) -> None:
        visitor.sign_in()
        elsewhere = Visitor(open_door(), dict(visitor.cookies))
        elsewhere.get(PRODUCTS)
        assert "sub" in assertion_in(service)

        visitor.post("/logout/")

        assert _seconds_until_nobody(elsewhere, service) < 2

    def test_needs_no_user_svc(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        visitor.sign_in()
        accounts.is_away = True

        assert visitor.post("/logout/").status == 303

    def test_asks_before(self, visitor: Visitor) -> None:
        visitor.sign_in()

        assert b'<form method="post" action="/logout/">' in visitor.get("/logout/").body
        assert COOKIE in visitor.cookies


def _seconds_until_nobody(visitor: Visitor, service: FakeService) -> float:
    started = time.monotonic()
    while "sub" in assertion_in(service):
        assert time.monotonic() - started < 5, "still known"
        visitor.get(PRODUCTS)
    return time.monotonic() - started
