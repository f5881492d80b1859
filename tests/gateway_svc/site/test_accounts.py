"""Signing up, letters, and what people do about their accounts."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.gateway_svc.accounts import ADMIN, PASSWORD, FakeAccounts
from tests.gateway_svc.gateway.test_tokens import assertion_of
from tests.gateway_svc.upstream import BEHAVIOURS, FakeService
from tests.gateway_svc.visitor import COOKIE, Visitor

pytestmark = pytest.mark.django_db(transaction=True)

FACTORS = "users/me/factors"
URI = "otpauth://totp/OpenCommerce:ada%40example.com?secret=ABCDEFGH&issuer=OpenCommerce"
FOR_LETTERS = ["/account/forgot-password/", "/account/reset-password/", "/account/verify-email/"]
FOR_EVERYBODY = ["/login/", "/register/", *FOR_LETTERS]
FOR_ONE = ["/account/", "/account/password/", "/account/notifications/", "/account/second-factor/"]
DOING = [
    "/account/password/",
    "/account/verify-email/again/",
    "/account/second-factor/codes/",
    "/account/second-factor/codes/confirm/",
    "/account/second-factor/codes/off/",
    "/account/second-factor/passkeys/",
    "/account/second-factor/passkeys/remove/",
    "/account/second-factor/recovery-codes/",
]


@pytest.fixture
def ada(visitor: Visitor, accounts: FakeAccounts) -> Visitor:
    """Somebody signed in."""
    visitor.sign_in()
    accounts.asked.clear()
    return visitor


def test_an_account_leads_to_its_orders(ada: Visitor) -> None:
    assert b'<a href="/api/v1/orders/">Orders</a>' in ada.get("/account/").body


class TestDoors:
    @pytest.mark.parametrize("path", FOR_EVERYBODY)
    def test_are_open_for_everybody(self, visitor: Visitor, path: str) -> None:
        assert visitor.get(path).status == 200

    @pytest.mark.parametrize("path", FOR_ONE)
    def test_lead_visitors_to_the_sign_in_page(self, visitor: Visitor, path: str) -> None:
        assert visitor.get(path).get("location") == f"/login/?next={path}"

    @pytest.mark.parametrize("path", DOING)
    def test_let_no_visitor_do_anything(self, visitor: Visitor, accounts: FakeAccounts, path: str) -> None:
        visitor.get("/login/")

        assert visitor.post(path, current=PASSWORD).status == 401
        assert accounts.asked == []

    @pytest.mark.parametrize("path", [*DOING, "/register/", *FOR_LETTERS])
    def test_let_no_other_site_do_anything(self, ada: Visitor, accounts: FakeAccounts, path: str) -> None:
        assert ada.post(path, csrfmiddlewaretoken="a" * 32).status == 403
        assert ada.post(path, {"Origin": "https://evil.example"}).status == 403
        assert accounts.asked == []

    @pytest.mark.parametrize("path", DOING[1:])
    def test_take_no_other_method(self, ada: Visitor, path: str) -> None:
        page = ada.get(path)

        assert (page.status, page.get("allow")) == (405, "POST")
        assert b"Only POST is answered here." in page.body


class TestRegistering:
    FIELDS = {"full_name": "Ada", "email": "ada@example.com", "password": PASSWORD, "role": "seller"}

    def test_signs_in(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        accounts.says["auth/register"] = (201, {"user": {}, **accounts.tokens()})
        visitor.get("/register/")

        answer = visitor.post("/register/", **self.FIELDS, next="/account/password/")

        assert (answer.status, answer.get("location")) == (303, "/account/password/")
        assert accounts.asked_for("auth/register") == [self.FIELDS]
        assert visitor.get("/account/password/").status == 200

    def test_shows_what_user_svc_refuses_at_its_field(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        errors = {"password": ["It is <too> common."], "unheard_of": ["Of the whole."]}
        accounts.says["auth/register"] = (400, {"code": "invalid", "detail": "No.", "errors": errors})
        visitor.get("/register/")

        page = visitor.post("/register/", **self.FIELDS)

        assert page.status == 400
        assert b'id="id_password_error"><li>It is &lt;too&gt; common.</li>' in page.body
        assert b"Of the whole." in page.body
        assert b'value="ada@example.com"' in page.body
        assert PASSWORD.encode() not in page.body

    def test_says_that_there_is_an_account(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        accounts.says["auth/register"] = (409, {"code": "email_taken", "detail": "There is an account already."})
        visitor.get("/register/")

        page = visitor.post("/register/", **self.FIELDS)

        assert page.status == 409
        assert b"There is an account already." in page.body
        assert COOKIE not in visitor.cookies


class TestLetters:
    def test_of_a_forgotten_password_are_promised_to_everybody(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        accounts.says["auth/password/reset"] = (202, {})
        visitor.get("/login/")

        page = visitor.post("/account/forgot-password/", email="whoever@example.com")

        assert page.status == 200
        assert b"If there is an account" in page.body
        assert accounts.asked_for("auth/password/reset") == [{"email": "whoever@example.com"}]

    def test_lead_to_a_new_password(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        accounts.says["auth/password/reset/confirm"] = (204, {})
        visitor.get("/account/reset-password/")

        answer = visitor.post("/account/reset-password/", token="a:token", new="a longer walk")

        assert answer.get("location") == "/login/?done=reset"
        assert accounts.asked_for("auth/password/reset/confirm") == [{"token": "a:token", "new": "a longer walk"}]
        assert b"Your password was changed." in visitor.get("/login/?done=reset").body

    def test_that_are_too_old_say_so(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        said = {"code": "invalid_token", "detail": "No.", "errors": {"token": ["It has expired."]}}
        accounts.says["auth/password/reset/confirm"] = (400, said)
        visitor.get("/account/reset-password/")

        page = visitor.post("/account/reset-password/", token="a:token", new="a longer walk")

        assert page.status == 400
        assert b"It has expired." in page.body

    def test_verify_an_address_for_whoever_holds_them(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        accounts.says["auth/email/verify"] = (204, {})
        visitor.get("/account/verify-email/")

        assert visitor.post("/account/verify-email/", token="a:token").get("location") == "/login/?done=verified"
        visitor.sign_in()
        assert visitor.post("/account/verify-email/", token="a:token").get("location") == "/account/?done=verified"

    def test_are_sent_again(self, ada: Visitor, accounts: FakeAccounts) -> None:
        accounts.says["auth/email/verify/request"] = (202, {})

        assert ada.post("/account/verify-email/again/").get("location") == "/account/?done=letter"
        assert len(accounts.asked_for("auth/email/verify/request")) == 1


class TestAccount:
    def test_is_shown(self, ada: Visitor, accounts: FakeAccounts) -> None:
        me = {"full_name": "<b>Ada</b>", "email": "ada@example.com", "roles": ["customer"], "is_email_verified": False}
        accounts.says["users/me"] = (200, me)

        page = ada.get("/account/")

        assert b"&lt;b&gt;Ada&lt;/b&gt;" in page.body
        assert b"Send another letter" in page.body
        assert b"/admin/" not in page.body

    def test_leads_staff_to_the_admins(self, visitor: Visitor) -> None:
        visitor.sign_in(ADMIN)

        assert b'href="/admin/"' in visitor.get("/account/").body

    def test_is_a_page_without_user_svc_too(self, ada: Visitor, accounts: FakeAccounts) -> None:
        accounts.is_away = True

        page = ada.get("/account/")

        assert page.status == 200
        assert b"cannot be shown" in page.body

    def test_is_asked_for_in_its_owners_name(self, ada: Visitor, accounts: FakeAccounts) -> None:
        ada.get("/account/")

        said = assertion_of(accounts.asked[-1][2].get("x-gateway-assertion") or "", audience="user_svc")
        assert said["name"] == "Ada <L>"
        assert "via" not in said

    def test_gets_another_password(self, ada: Visitor, accounts: FakeAccounts) -> None:
        accounts.says["auth/password/change"] = (204, {})

        answer = ada.post("/account/password/", current=PASSWORD, new=" with spaces ")

        assert answer.get("location") == "/account/?done=password"
        assert accounts.asked_for("auth/password/change") == [{"current": PASSWORD, "new": " with spaces "}]

    def test_keeps_it_when_the_other_was_wrong(self, ada: Visitor, accounts: FakeAccounts) -> None:
        errors = {"current": ["This is not your password."]}
        accounts.says["auth/password/change"] = (400, {"code": "invalid", "detail": "No.", "errors": errors})

        page = ada.post("/account/password/", current="wrong", new="a longer walk")

        assert page.status == 400
        assert b"This is not your password." in page.body

    def test_says_of_no_page_before_but_ours(self, ada: Visitor) -> None:
        assert b'class="notice"' not in ada.get("/account/?done=%3Cscript%3E").body


class TestSecondFactor:
    HERE = "/account/second-factor/"

    @pytest.fixture(autouse=True)
    def factors(self, accounts: FakeAccounts) -> None:
        accounts.says[FACTORS] = (200, {"methods": [], "recovery_codes_left": 0})
        accounts.says[f"{FACTORS}/passkeys"] = (200, {"results": []})

    def test_begins_with_a_qr_code_in_the_page(self, ada: Visitor, accounts: FakeAccounts) -> None:
        accounts.says[f"{FACTORS}/totp"] = (201, {"secret": "ABCDEFGH", "uri": URI})

        page = ada.post(f"{self.HERE}codes/", current=PASSWORD)

        assert page.status == 200
        assert b"<svg" in page.body
        assert b"<code>ABCDEFGH</code>" in page.body
        assert accounts.asked_for(f"{FACTORS}/totp") == [{"current": PASSWORD}]

    def test_shows_recovery_codes_when_it_is_on(self, ada: Visitor, accounts: FakeAccounts) -> None:
        accounts.says[f"{FACTORS}/totp/confirm"] = (200, {"recovery_codes": ["aaaa-bbbb", "cccc-dddd"]})

        page = ada.post(f"{self.HERE}codes/confirm/", secret="ABCDEFGH", uri=URI, code="123 456")

        assert b"aaaa-bbbb" in page.body
        assert page.get("cache-control") == "max-age=0, no-cache, no-store, must-revalidate, private"
        assert accounts.asked_for(f"{FACTORS}/totp/confirm") == [{"code": "123456"}]

    def test_shows_the_qr_code_again_after_a_wrong_code(self, ada: Visitor, accounts: FakeAccounts) -> None:
        errors = {"code": ["This is not the code."]}
        accounts.says[f"{FACTORS}/totp/confirm"] = (400, {"code": "invalid", "detail": "No.", "errors": errors})

        page = ada.post(f"{self.HERE}codes/confirm/", secret="ABCDEFGH", uri=URI, code="000000")

        assert page.status == 400
        assert b"<svg" in page.body
        assert b"This is not the code." in page.body

    @pytest.mark.parametrize(
        "uri", ["https://evil.example/", "otpauth://totp/<script>", "", "otpauth://totp/" + "x" * 2000]
    )
    def test_makes_a_qr_code_of_nothing_else(self, ada: Visitor, accounts: FakeAccounts, uri: str) -> None:
        page = ada.post(f"{self.HERE}codes/confirm/", secret="ABCDEFGH", uri=uri, code="000000")

        assert page.status == 400
        assert b"<svg" not in page.body
        assert accounts.asked_for(f"{FACTORS}/totp/confirm") == []

    def test_is_turned_off(self, ada: Visitor, accounts: FakeAccounts) -> None:
        accounts.says[f"{FACTORS}/totp"] = (204, {})

        answer = ada.post(f"{self.HERE}codes/off/", current=PASSWORD)

        assert answer.get("location") == f"{self.HERE}?done=codes-off"
        assert accounts.asked[-1][2].method == "DELETE"

    def test_says_when_the_password_was_wrong(self, ada: Visitor, accounts: FakeAccounts) -> None:
        errors = {"current": ["This is not your password."]}
        refused = (400, {"code": "invalid", "detail": "No.", "errors": errors})
        accounts.says |= {f"{FACTORS}/totp": refused, f"{FACTORS}/recovery-codes": refused}

        for path in ("codes/", "codes/off/", "recovery-codes/"):
            page = ada.post(f"{self.HERE}{path}", current="wrong")

            assert page.status == 400
            assert b"This is not your password." in page.body
            assert b"wrong" not in page.body

    def test_keeps_a_passkey(self, ada: Visitor, accounts: FakeAccounts) -> None:
        accounts.says[f"{FACTORS}/passkeys"] = (201, {"passkey": {}, "recovery_codes": []})
        credential = {"id": "an-id", "type": "public-key"}

        fields = {"current": PASSWORD, "challenge": "c", "name": "Mine", "credential": json.dumps(credential)}
        page = ada.post(f"{self.HERE}passkeys/", **fields)

        assert page.status == 200
        assert accounts.asked_for(f"{FACTORS}/passkeys") == [
            {"challenge": "c", "credential": credential, "name": "Mine"}
        ]

    @pytest.mark.parametrize("credential", ["", "{", "[]", "1"])
    def test_takes_nothing_else_for_a_passkey(self, ada: Visitor, accounts: FakeAccounts, credential: str) -> None:
        fields = {"current": PASSWORD, "challenge": "c", "name": "Mine", "credential": credential}

        assert ada.post(f"{self.HERE}passkeys/", **fields).status == 400
        assert all(asked.method == "GET" for _, _, asked in accounts.asked)

    @pytest.mark.parametrize("passkey", ["", "../../../auth/logout", "%2e%2e"])
    def test_removes_nothing_but_passkeys(self, ada: Visitor, accounts: FakeAccounts, passkey: str) -> None:
        assert ada.post(f"{self.HERE}passkeys/remove/", current=PASSWORD, passkey=passkey).status == 400
        assert all(asked.method == "GET" for _, _, asked in accounts.asked)

    def test_leads_staff_through_a_new_sign_in(self, visitor: Visitor, accounts: FakeAccounts) -> None:
        accounts.says[FACTORS] = (200, {"methods": ["totp"], "recovery_codes_left": 10})
        visitor.sign_in(ADMIN)

        assert b"Sign out and in again" in visitor.get(self.HERE).body
        assert visitor.post("/logout/", next="/admin/").get("location") == "/login/?next=/admin/"

    def test_is_a_page_without_user_svc_too(self, ada: Visitor, accounts: FakeAccounts) -> None:
        accounts.is_away = True

        assert b"cannot be shown" in ada.get(self.HERE).body


@pytest.mark.parametrize("path", ["/account/", TestSecondFactor.HERE])
def test_what_hangs_is_not_waited_for_by_a_page_that_does_without(ada: Visitor, users: FakeService, path: str) -> None:
    before = dict(users.behaviours)
    users.behaviours.update(dict.fromkeys(("me", "factors", "passkeys"), BEHAVIOURS["hang"]))
    began_at = time.monotonic()
    try:
        page = ada.get(path)
    finally:
        users.behaviours.clear()
        users.behaviours.update(before)

    assert (page.status, b"cannot be shown" in page.body) == (200, True)
    assert time.monotonic() - began_at < 5


def test_no_page_has_a_script_in_it(ada: Visitor) -> None:
    for path in [*FOR_EVERYBODY, *FOR_ONE]:
        page: Any = ada.get(path).body.decode()

        assert "<script>" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
