"""Profiles, passwords and addresses that are verified, over HTTP."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from common import clock
from tests.user_svc.factories import PASSWORD, UserFactory
from user_svc.accounts import rules
from user_svc.accounts.models import Session, User
from user_svc.accounts.services.letter_tokens import EMAIL_VERIFICATION, PASSWORD_RESET

pytestmark = pytest.mark.django_db
NEW = "a longer walk home"
ME, SIGN_IN, CHANGE = "/api/v1/users/me/", "/api/v1/auth/token/", "/api/v1/auth/password/change/"
RESET, CONFIRM = "/api/v1/auth/password/reset/", "/api/v1/auth/password/reset/confirm/"
VERIFY, ASK = "/api/v1/auth/email/verify/", "/api/v1/auth/email/verify/request/"
BAD_TEXTS = (None, "", 7, True, [], {}, "\x00", "x" * 500_000)
ClientOf = Callable[..., Any]


class TestDoors:
    @pytest.mark.parametrize("path", [CHANGE, RESET, CONFIRM, VERIFY, ASK])
    def test_lead_through_the_gateway(self, client: Client, path: str) -> None:
        assert client.post(path, {}, content_type="application/json").status_code == 401
        assert client.patch(ME, {}, content_type="application/json").status_code == 401

    def test_to_ones_own_account_are_closed_to_visitors(self, visitor: Any) -> None:
        assert visitor.patch(ME, {}).status_code == 401
        assert visitor.post(CHANGE, {"current": PASSWORD, "new": NEW}).status_code == 401
        assert visitor.post(ASK).status_code == 401

    @pytest.mark.parametrize("path", [CHANGE, RESET, CONFIRM, VERIFY, ASK])
    def test_are_not_for_reading(self, client_of: ClientOf, path: str) -> None:
        assert client_of(uuid4(), "customer").get(path).status_code == 405


class TestProfile:
    def test_is_changed_by_its_owner(self, client_of: ClientOf) -> None:
        user = UserFactory()
        client = client_of(user.id, "customer")

        answer = client.patch(ME, {"full_name": "Ada King", "phone": "+41 44 668 18 00", "locale": "DE-ch"})

        assert answer.status_code == 200
        assert answer.json() == client.get(ME).json()
        assert answer.json() == {
            "id": str(user.id),
            "email": user.email,
            "full_name": "Ada King",
            "roles": ["customer"],
            "phone": "+41446681800",
            "locale": "de-CH",
            "is_email_verified": False,
            "new_email": "",
        }

    def test_takes_no_more_than_is_its_owners_to_change(self, client_of: ClientOf) -> None:
        user = UserFactory()
        body = {
            "id": str(uuid4()),
            "roles": ["admin"],
            "is_active": False,
            "is_email_verified": True,
            "new_email": "x@y.z",
        }

        client_of(user.id, "customer").patch(ME, body)

        user.refresh_from_db()
        assert (user.roles, user.is_active, user.email_verified_at, user.new_email) == (["customer"], True, None, "")

    def test_takes_another_address_with_the_password(self, client_of: ClientOf) -> None:
        client = client_of(UserFactory().id, "customer")

        assert set(client.patch(ME, {"email": "new@example.com"}).json()["errors"]) == {"current"}
        answer = client.patch(ME, {"email": "new@example.com", "current": PASSWORD})

        assert answer.json()["new_email"] == "new@example.com"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *[("full_name", value) for value in (*BAD_TEXTS, "a\nb", "n" * 151)],
            *[("phone", value) for value in (None, 7, [], "\x00", "044 668 18 00", "+", "x" * 500_000)],
            *[("locale", value) for value in (*BAD_TEXTS, "xx", "klingon", "../../etc/passwd")],
            *[("email", value) for value in (*BAD_TEXTS, "nobody", "жук@пример.рф", f"{'a' * 250}@example.com")],
        ],
    )
    def test_names_the_field_that_is_bad(self, client_of: ClientOf, field: str, value: Any) -> None:
        body = json.dumps({field: value, "current": PASSWORD})

        answer = client_of(UserFactory().id, "customer").patch(ME, body, content_type="application/json")

        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {field}


class TestPasswordChange:
    def test_keeps_the_caller_signed_in_here_alone(self, client_of: ClientOf, visitor: Any) -> None:
        user = UserFactory()
        visitor.post(SIGN_IN, {"email": user.email, "password": PASSWORD})

        answer = client_of(user.id, "customer").post(CHANGE, {"current": PASSWORD, "new": NEW})

        assert answer.status_code == 204
        assert not Session.objects.filter(ended_at=None).exists()
        assert visitor.post(SIGN_IN, {"email": user.email, "password": PASSWORD}).status_code == 401
        assert visitor.post(SIGN_IN, {"email": user.email, "password": NEW}).status_code == 200

    @pytest.mark.parametrize("field", ["current", "new"])
    @pytest.mark.parametrize("value", [*BAD_TEXTS, "short", "p" * 129])
    def test_names_the_field_that_is_bad(self, client_of: ClientOf, field: str, value: Any) -> None:
        body = json.dumps({"current": PASSWORD, "new": NEW} | {field: value})

        answer = client_of(UserFactory().id, "customer").post(CHANGE, body, content_type="application/json")

        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {field}


class TestPasswordReset:
    @pytest.mark.parametrize("email", ["nobody@example.com", "no address", "жук@пример.рф"])
    def test_answers_the_same_to_everybody(self, visitor: Any, email: str) -> None:
        user = UserFactory()

        answers = [visitor.post(RESET, {"email": known}) for known in (user.email, email)]

        assert [(answer.status_code, answer.content) for answer in answers] == [(202, b"")] * 2

    def test_answers_the_same_however_often(self, visitor: Any) -> None:
        assert {visitor.post(RESET, {"email": "ada@example.com"}).status_code for _ in range(9)} == {202}

    @pytest.mark.parametrize("email", BAD_TEXTS)
    def test_refuses_what_is_no_text(self, visitor: Any, email: Any) -> None:
        answer = visitor.post(RESET, json.dumps({"email": email}), content_type="application/json")

        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {"email"}

    def test_is_confirmed_once(self, visitor: Any) -> None:
        user = UserFactory()
        body = {"token": PASSWORD_RESET.issue(user, now=clock.now()), "new": NEW}

        answers = [visitor.post(CONFIRM, body) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [204, 400]
        assert answers[1].json()["code"] == "invalid_token"
        assert set(answers[1].json()["errors"]) == {"token"}
        assert User.objects.get().check_password(NEW)

    @pytest.mark.parametrize("token", [*BAD_TEXTS, "unknown", "ключ", "a:b:c", ":" * 500])
    def test_is_not_confirmed_by_what_is_no_token(self, visitor: Any, token: Any) -> None:
        answer = visitor.post(CONFIRM, json.dumps({"token": token, "new": NEW}), content_type="application/json")

        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {"token"}

    def test_is_not_confirmed_with_a_bad_password(self, visitor: Any) -> None:
        token = PASSWORD_RESET.issue(UserFactory(), now=clock.now())

        assert set(visitor.post(CONFIRM, {"token": token, "new": "short"}).json()["errors"]) == {"new"}


class TestEmailVerification:
    def test_takes_a_token_once(self, visitor: Any) -> None:
        token = EMAIL_VERIFICATION.issue(UserFactory(), now=clock.now())

        assert [visitor.post(VERIFY, {"token": token}).status_code for _ in range(2)] == [204, 400]

    @pytest.mark.parametrize("token", [*BAD_TEXTS, "unknown", "ключ"])
    def test_refuses_what_is_no_token(self, visitor: Any, token: Any) -> None:
        answer = visitor.post(VERIFY, json.dumps({"token": token}), content_type="application/json")

        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == {"token"}

    def test_is_asked_for_again(self, client_of: ClientOf) -> None:
        client = client_of(UserFactory().id, "customer")

        answers = [client.post(ASK) for _ in range(rules.LETTERS.at_once + 1)]

        assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
        assert int(answers[-1].headers["Retry-After"]) > 0


class TestGuesses:
    def test_are_slowed_down_by_where_they_come_from(self, visitor: Any) -> None:
        user = UserFactory()
        body = {"email": user.email, "password": "wrong"}
        tries = rules.GUESSES_OF_ONE_SOURCE.at_once + 1

        answers = [visitor.post(SIGN_IN, body, HTTP_X_FORWARDED_FOR="203.0.113.5") for _ in range(tries)]
        right = {**body, "password": PASSWORD}

        assert [answer.status_code for answer in answers] == [*[401] * (tries - 1), 429]
        assert answers[-1].json()["code"] == "too_many_requests"
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 40
        assert visitor.post(SIGN_IN, right, HTTP_X_FORWARDED_FOR="203.0.113.6").status_code == 200
