"""Accounts over HTTP: who may, what comes back, and what bad input gets."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.user_svc.factories import PASSWORD, UserFactory
from user_svc.accounts.models import Session, User

ADA = {"email": "ada@example.com", "password": PASSWORD, "full_name": "Ada Lovelace"}

REGISTER, SIGN_IN = "/api/v1/auth/register/", "/api/v1/auth/token/"
REFRESH, SIGN_OUT = "/api/v1/auth/token/refresh/", "/api/v1/auth/logout/"
ME, KEYS = "/api/v1/users/me/", "/.well-known/jwks.json"

pytestmark = pytest.mark.django_db


class TestDoors:
    @pytest.mark.parametrize("path", [REGISTER, SIGN_IN, REFRESH, SIGN_OUT])
    def test_posts_come_only_through_the_gateway(self, client: Client, path: str) -> None:
        answer = client.post(path, {}, content_type="application/json", headers={"X-User-Id": str(uuid4())})

        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="opencommerce"'

    def test_gets_come_only_through_the_gateway(self, client: Client) -> None:
        assert client.get(ME).status_code == 401

    def test_a_visitor_has_no_account_to_see(self, visitor: Any) -> None:
        assert visitor.get(ME).status_code == 401

    @pytest.mark.parametrize("path", [REGISTER, SIGN_IN, REFRESH, SIGN_OUT])
    def test_nothing_is_read_where_something_is_done(self, visitor: Any, path: str) -> None:
        assert visitor.get(path).status_code == 405


class TestRegistration:
    def test_answers_with_the_account_and_tokens(self, visitor: Any) -> None:
        answer = visitor.post(REGISTER, {**ADA, "role": "seller"})

        body = answer.json()
        user = User.objects.get()
        assert answer.status_code == 201
        assert set(body) == {"user", "access", "refresh"}
        assert body["user"] == {
            "id": str(user.id),
            "email": "ada@example.com",
            "full_name": "Ada Lovelace",
            "roles": ["customer", "seller"],
        }
        assert "no-store" in answer.headers["Cache-Control"]

    def test_makes_a_customer_when_no_role_is_given(self, visitor: Any) -> None:
        assert visitor.post(REGISTER, ADA).json()["user"]["roles"] == ["customer"]

    def test_refuses_an_address_that_is_taken(self, visitor: Any) -> None:
        visitor.post(REGISTER, ADA)

        answer = visitor.post(REGISTER, {**ADA, "email": "ADA@EXAMPLE.COM"})

        assert answer.status_code == 409
        assert answer.json()["code"] == "email_taken"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", None),
            ("email", ""),
            ("email", 7),
            ("email", ["ada@example.com"]),
            ("email", "ada\x00@example.com"),
            ("email", "ada"),
            ("email", f"{'a' * 250}@example.com"),
            ("email", "a" * 1_000_000),
            ("email", "жук@пример.рф"),
            ("password", None),
            ("password", ""),
            ("password", 12345678),
            ("password", {"$ne": ""}),
            ("password", "short"),
            ("password", "p" * 129),
            ("password", "p" * 10_000),
            ("password", f"{PASSWORD}\x00"),
            ("full_name", None),
            ("full_name", "   "),
            ("full_name", True),
            ("full_name", "a" * 151),
            ("full_name", "Ada\x00"),
            ("full_name", "Ada\u0007"),
            ("role", "admin"),
            ("role", "support"),
            ("role", ""),
            ("role", None),
            ("role", ["customer", "admin"]),
            ("role", {}),
        ],
    )
    def test_names_the_field_that_is_bad(self, visitor: Any, field: str, value: Any) -> None:
        answer = visitor.post(REGISTER, json.dumps({**ADA, field: value}), content_type="application/json")

        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert set(answer.json()["errors"]) == {field}
        assert not User.objects.exists()

    @pytest.mark.parametrize("field", list(ADA))
    def test_names_the_field_that_is_missing(self, visitor: Any, field: str) -> None:
        body = {name: value for name, value in ADA.items() if name != field}

        assert set(visitor.post(REGISTER, body).json()["errors"]) == {field}

    def test_takes_no_role_by_another_name(self, visitor: Any) -> None:
        body = {**ADA, "roles": ["admin"], "is_staff": True, "is_active": False, "id": str(uuid4())}

        assert visitor.post(REGISTER, body).json()["user"]["roles"] == ["customer"]


class TestSignIn:
    def test_answers_with_tokens(self, visitor: Any) -> None:
        user = UserFactory()

        answer = visitor.post(SIGN_IN, {"email": user.email, "password": PASSWORD})

        assert answer.status_code == 200
        assert set(answer.json()) == {"access", "refresh"}
        assert "no-store" in answer.headers["Cache-Control"]

    def test_answers_the_same_to_a_wrong_password_and_to_an_unknown_address(self, visitor: Any) -> None:
        user = UserFactory()

        answers = [
            visitor.post(SIGN_IN, {"email": email, "password": "wrong"})
            for email in (user.email, "nobody@example.com", "no address", "жук@пример.рф")
        ]

        bodies = [{**answer.json(), "request_id": ""} for answer in answers]
        assert bodies == [bodies[0]] * 4
        assert bodies[0]["code"] == "invalid_credentials"
        assert {answer.status_code for answer in answers} == {401}
        assert {answer.headers["WWW-Authenticate"] for answer in answers} == {'Bearer realm="opencommerce"'}

    @pytest.mark.parametrize("password", ["p" * 129, "", None, 1, "\x00"])
    def test_refuses_what_can_be_no_password(self, visitor: Any, password: Any) -> None:
        answer = visitor.post(SIGN_IN, {"email": "ada@example.com", "password": password})

        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {"password"}


class TestBadBodies:
    @pytest.mark.parametrize("path", [REGISTER, SIGN_IN, REFRESH, SIGN_OUT])
    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"7", b"\xff\xfe", b"[" * 100_000])
    def test_are_refused(self, visitor: Any, path: str, body: bytes) -> None:
        answer = visitor.post(path, body, content_type="application/json")

        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("path", [REGISTER, SIGN_IN, REFRESH, SIGN_OUT])
    def test_are_json_or_nothing(self, visitor: Any, path: str) -> None:
        assert visitor.post(path, b"a=b", content_type="application/x-www-form-urlencoded").status_code == 415


class TestTokenRefresh:
    def test_trades_a_token_once(self, visitor: Any) -> None:
        first = visitor.post(REGISTER, ADA).json()["refresh"]

        second = visitor.post(REFRESH, {"refresh": first})
        replayed = visitor.post(REFRESH, {"refresh": first})
        third = visitor.post(REFRESH, {"refresh": second.json()["refresh"]})

        assert second.status_code == 200
        assert set(second.json()) == {"access", "refresh"}
        assert [answer.status_code for answer in (replayed, third)] == [401, 401]
        assert replayed.json()["code"] == third.json()["code"] == "invalid_token"

    def test_takes_no_access_token(self, visitor: Any) -> None:
        access = visitor.post(REGISTER, ADA).json()["access"]

        assert visitor.post(REFRESH, {"refresh": access[:512]}).status_code == 401

    @pytest.mark.parametrize("token", [None, "", 7, [], "t" * 513, "\x00"])
    def test_refuses_what_can_be_no_token(self, visitor: Any, token: Any) -> None:
        answer = visitor.post(REFRESH, {"refresh": token})

        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {"refresh"}


class TestSignOut:
    def test_ends_the_session_and_may_be_repeated(self, visitor: Any) -> None:
        refresh = visitor.post(REGISTER, ADA).json()["refresh"]

        answers = [visitor.post(SIGN_OUT, {"refresh": token}) for token in (refresh, refresh, "unknown")]

        assert [answer.status_code for answer in answers] == [204, 204, 204]
        assert Session.objects.get().ended_at is not None
        assert visitor.post(REFRESH, {"refresh": refresh}).status_code == 401


class TestMe:
    def test_shows_the_caller_their_own_account(self, client_of: Any) -> None:
        UserFactory()
        user = UserFactory()

        answer = client_of(user.id, "customer").get(ME)

        assert answer.status_code == 200
        assert answer.json() == {
            "id": str(user.id),
            "email": user.email,
            "full_name": user.full_name,
            "roles": ["customer"],
            "phone": "",
            "locale": "en",
            "is_email_verified": False,
            "new_email": "",
        }

    def test_is_not_there_for_an_account_that_was_closed(self, client_of: Any) -> None:
        user = UserFactory(is_active=False)

        assert client_of(user.id, "customer").get(ME).status_code == 404


class TestKeySet:
    def test_is_open_to_everybody_for_a_while(self, client: Client) -> None:
        answer = client.get(KEYS)

        assert answer.status_code == 200
        assert [key["kty"] for key in answer.json()["keys"]] == ["OKP"]
        assert answer.headers["Cache-Control"] in {"public, max-age=300", "max-age=300, public"}

    def test_is_only_read(self, client: Client) -> None:
        answer = client.post(KEYS)

        assert answer.status_code == 405
        assert answer.json()["code"] == "method_not_allowed"
