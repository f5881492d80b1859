"""One-time codes over HTTP: turned on, used once each, turned off."""

from typing import Any

import pyotp
import pytest
from django.test import Client
from pytest_django import Settings

from common import clock
from common.contracts import CredentialsChanged, SessionEnded
from tests.user_svc.factories import NOON, PASSWORD, SessionFactory, UserFactory
from tests.user_svc.factors_story import ANSWER, CODES, CONFIRM, FACTORS, SIGN_IN, TOTP, challenge_of, claims, guarded
from user_svc.accounts import rules as accounts
from user_svc.accounts.models import Session, User
from user_svc.factors.models import RecoveryCode, Totp
from user_svc.factors.services import sealing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no code expires while a test is looking."""
    monkeypatch.setattr(clock, "now", lambda: NOON)


class TestTurningOn:
    def test_takes_the_password_and_a_first_code(self, client_of: Any, told: Any) -> None:
        session = SessionFactory()
        client = client_of(session.user.id, "customer")

        begun = client.post(TOTP, {"current": PASSWORD})
        assert client.get(FACTORS).json() == {"methods": [], "recovery_codes_left": 0}
        confirmed = client.post(CONFIRM, {"code": pyotp.TOTP(begun.json()["secret"]).at(NOON)})

        assert begun.status_code == 201
        assert pyotp.parse_uri(begun.json()["uri"]).secret == begun.json()["secret"]
        assert "no-store" in begun.headers["Cache-Control"]
        assert confirmed.status_code == 200
        assert len(set(confirmed.json()["recovery_codes"])) == 10
        assert client.get(FACTORS).json() == {"methods": ["totp", "recovery_code"], "recovery_codes_left": 10}
        assert [fact.change for fact in told.named(CredentialsChanged)] == ["totp_on"]
        assert len(told.named(SessionEnded)) == 1

    def test_keeps_neither_the_secret_nor_the_recovery_codes_to_be_read(self) -> None:
        person = guarded()

        kept = {Totp.objects.get().sealed_secret, *RecoveryCode.objects.values_list("digest", flat=True)}

        assert kept.isdisjoint({person.secret, *person.recovery_codes})
        assert sealing.unseal(Totp.objects.get().sealed_secret) == person.secret

    def test_changes_nothing_before_it_is_confirmed(self, client_of: Any, visitor: Any) -> None:
        user = UserFactory()
        client_of(user.id, "customer").post(TOTP, {"current": PASSWORD})

        assert visitor.post(SIGN_IN, {"email": user.email, "password": PASSWORD}).status_code == 200

    def test_may_be_begun_anew(self, client_of: Any) -> None:
        client = client_of(UserFactory().id, "customer")
        first, second = (client.post(TOTP, {"current": PASSWORD}).json()["secret"] for _ in range(2))

        assert client.post(CONFIRM, {"code": pyotp.TOTP(first).at(NOON)}).status_code == 400
        assert client.post(CONFIRM, {"code": pyotp.TOTP(second).at(NOON)}).status_code == 200

    def test_is_refused_where_they_are_on_already(self, client_of: Any) -> None:
        person = guarded()
        client = client_of(person.user.id, "customer")

        answers = [client.post(TOTP, {"current": PASSWORD}), client.post(CONFIRM, {"code": "123456"})]

        assert [answer.status_code for answer in answers] == [409, 409]
        assert {answer.json()["code"] for answer in answers} == {"totp_is_on"}

    def test_is_refused_without_a_beginning(self, client_of: Any) -> None:
        answer = client_of(UserFactory().id, "customer").post(CONFIRM, {"code": "123456"})

        assert (answer.status_code, answer.json()["code"]) == (409, "totp_not_begun")


class TestSigningIn:
    def test_without_a_second_factor_is_as_ever(self, visitor: Any) -> None:
        user = UserFactory()

        answer = visitor.post(SIGN_IN, {"email": user.email, "password": PASSWORD})

        assert claims(answer.json()["access"])["amr"] == ["pwd"]

    def test_asks_for_a_code_after_the_password(self, visitor: Any) -> None:
        person = guarded()

        asked = visitor.post(SIGN_IN, {"email": person.user.email, "password": PASSWORD})
        problem = asked.json()
        answer = visitor.post(ANSWER, {"challenge": problem["challenge"], "code": person.code(at=NOON)})

        assert (asked.status_code, problem["code"]) == (401, "second_factor_required")
        assert problem["methods"] == ["totp", "recovery_code"]
        assert answer.status_code == 200
        assert set(answer.json()) == {"access", "refresh"}
        assert claims(answer.json()["access"])["amr"] == ["pwd", "otp", "mfa"]

    def test_goes_on_saying_how_it_was_done(self, visitor: Any) -> None:
        person = guarded()
        body = {"challenge": challenge_of(visitor, person.user), "code": person.code(at=NOON)}
        refresh = visitor.post(ANSWER, body).json()["refresh"]

        access = visitor.post("/api/v1/auth/token/refresh/", {"refresh": refresh}).json()["access"]

        assert claims(access)["amr"] == ["pwd", "otp", "mfa"]

    def test_tells_nothing_of_it_to_who_does_not_know_the_password(self, visitor: Any) -> None:
        person = guarded()

        answers = [
            visitor.post(SIGN_IN, {"email": email, "password": "wrong"}).json()
            for email in (person.user.email, UserFactory().email, "nobody@example.com")
        ]

        assert [{**answer, "request_id": ""} for answer in answers] == [{**answers[0], "request_id": ""}] * 3

    @pytest.mark.parametrize("steps", [-1, 0, 1])
    def test_takes_a_code_of_a_clock_that_is_half_a_minute_off(self, visitor: Any, steps: int) -> None:
        person = guarded()
        body = {"challenge": challenge_of(visitor, person.user), "code": person.code(at=NOON, steps=steps)}

        assert visitor.post(ANSWER, body).status_code == 200

    @pytest.mark.parametrize("steps", [-4, 4])
    def test_takes_no_code_of_another_time(self, visitor: Any, steps: int) -> None:
        person = guarded()
        body = {"challenge": challenge_of(visitor, person.user), "code": person.code(at=NOON, steps=steps)}

        answer = visitor.post(ANSWER, body)

        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_second_factor")
        assert not Session.objects.exists()

    def test_takes_a_code_once_and_none_from_before_it(self, visitor: Any) -> None:
        person = guarded()
        now = NOON

        answers = [
            visitor.post(
                ANSWER, {"challenge": challenge_of(visitor, person.user), "code": person.code(at=now, steps=n)}
            )
            for n in (0, 0, -1, 1)
        ]

        assert [answer.status_code for answer in answers] == [200, 401, 401, 200]

    def test_takes_a_challenge_once_but_forgives_a_slip(self, visitor: Any) -> None:
        person = guarded()
        challenge, now = challenge_of(visitor, person.user), NOON

        slip = visitor.post(ANSWER, {"challenge": challenge, "code": person.code(at=now, steps=9)})
        right = visitor.post(ANSWER, {"challenge": challenge, "code": person.code(at=now)})
        again = visitor.post(ANSWER, {"challenge": challenge, "code": person.code(at=now, steps=1)})

        assert [answer.status_code for answer in (slip, right, again)] == [401, 200, 401]
        assert again.json()["code"] == "invalid_challenge"

    def test_takes_no_challenge_from_before_a_new_password(self, visitor: Any) -> None:
        person = guarded()
        challenge = challenge_of(visitor, person.user)
        person.user.set_password("another walk home")
        person.user.save()

        answer = visitor.post(ANSWER, {"challenge": challenge, "code": person.code(at=NOON)})

        assert answer.json()["code"] == "invalid_challenge"

    def test_takes_no_challenge_of_somebody_who_was_disabled(self, visitor: Any) -> None:
        person = guarded()
        challenge = challenge_of(visitor, person.user)
        User.objects.update(is_active=False)

        answer = visitor.post(ANSWER, {"challenge": challenge, "code": person.code(at=NOON)})

        assert answer.json()["code"] == "invalid_challenge"

    def test_lets_nobody_guess_codes_by_typing_the_password_again(self, visitor: Any) -> None:
        person = guarded()

        answers = [
            visitor.post(ANSWER, {"challenge": challenge_of(visitor, person.user), "code": "000000"})
            for _ in range(accounts.CODES_OF_ONE_SOURCE.at_once + 1)
        ]

        assert {answer.status_code for answer in answers[:-1]} == {401}
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["Retry-After"]) > 200

    def test_lets_nobody_guess_codes_from_many_places(self, visitor: Any) -> None:
        person = guarded()

        answers = [
            visitor.post(
                ANSWER,
                {"challenge": challenge_of(visitor, person.user), "code": "000000"},
                HTTP_X_FORWARDED_FOR=f"203.0.113.{n}",
            )
            for n in range(accounts.CODES_OF_ALL_STRANGERS.at_once + 1)
        ]

        assert answers[-1].status_code == 429

    def test_does_not_know_a_place_by_the_password_alone(self, visitor: Any) -> None:
        person = guarded()
        elsewhere = {"HTTP_X_FORWARDED_FOR": "203.0.113.1"}
        for n in range(accounts.CODES_OF_ALL_STRANGERS.at_once):
            body = {"challenge": challenge_of(visitor, person.user), "code": "000000"}
            visitor.post(ANSWER, body, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}")
        asked = visitor.post(SIGN_IN, {"email": person.user.email, "password": PASSWORD}, **elsewhere)

        answer = visitor.post(ANSWER, {"challenge": asked.json()["challenge"], "code": "000000"}, **elsewhere)

        assert answer.status_code == 429

    def test_takes_no_challenge_that_has_expired(self, visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        person = guarded()
        challenge = challenge_of(visitor, person.user)
        later = NOON + accounts.CHALLENGE_LIFETIME
        monkeypatch.setattr(clock, "now", lambda: later)

        answer = visitor.post(ANSWER, {"challenge": challenge, "code": person.code(at=later)})

        assert answer.json()["code"] == "invalid_challenge"

    def test_is_refused_while_no_key_reads_the_secret(self, visitor: Any) -> None:
        person = guarded()
        Totp.objects.update(sealed_secret="gAAAAA")

        answer = visitor.post(ANSWER, {"challenge": challenge_of(visitor, person.user), "code": person.code(at=NOON)})

        assert answer.json()["code"] == "invalid_second_factor"


class TestKeys:
    def test_may_be_put_in_front_of_what_there_was(self, settings: Settings) -> None:
        settings.FACTOR_KEYS = []
        sealed = sealing.seal("JBSWY3DPEHPK3PXP")

        settings.FACTOR_KEYS = [b"k" * 32]
        newer = sealing.seal("JBSWY3DPEHPK3PXP")
        settings.FACTOR_KEYS = [b"n" * 32, b"k" * 32]

        assert sealing.unseal(sealed) == sealing.unseal(newer) == "JBSWY3DPEHPK3PXP"


class TestRecoveryCodes:
    def test_stand_in_once_each_however_they_are_typed(self, visitor: Any, told: Any) -> None:
        person = guarded()
        typed = f" {person.recovery_codes[0].upper().replace('-', ' ')} "

        answers = [
            visitor.post(ANSWER, {"challenge": challenge_of(visitor, person.user), "recovery_code": typed})
            for _ in range(2)
        ]

        assert [answer.status_code for answer in answers] == [200, 401]
        assert claims(answers[0].json()["access"])["amr"] == ["pwd", "otp", "mfa"]
        assert RecoveryCode.objects.count() == 9
        assert told.named(CredentialsChanged)[-1].change == "recovery_code_used"

    def test_are_nobody_elses(self, visitor: Any) -> None:
        person, other = guarded(), guarded()
        body = {"challenge": challenge_of(visitor, person.user), "recovery_code": other.recovery_codes[0]}

        assert visitor.post(ANSWER, body).status_code == 401

    def test_are_renewed_for_the_password(self, client_of: Any, visitor: Any) -> None:
        person = guarded()

        answer = client_of(person.user.id, "customer").post(CODES, {"current": PASSWORD})

        renewed = answer.json()["recovery_codes"]
        assert answer.status_code == 201
        assert set(renewed).isdisjoint(person.recovery_codes)
        outcomes = [
            visitor.post(ANSWER, {"challenge": challenge_of(visitor, person.user), "recovery_code": code}).status_code
            for code in (person.recovery_codes[0], renewed[0])
        ]
        assert outcomes == [401, 200]

    def test_are_of_no_use_without_a_factor(self, client_of: Any) -> None:
        answer = client_of(UserFactory().id, "customer").post(CODES, {"current": PASSWORD})

        assert (answer.status_code, answer.json()["code"]) == (409, "no_second_factor")


class TestTurningOff:
    def test_takes_the_password_and_leaves_nothing(self, client_of: Any, visitor: Any, told: Any) -> None:
        person = guarded()
        client = client_of(person.user.id, "customer")

        wrong = client.delete(TOTP, {"current": "wrong"})
        assert (wrong.status_code, set(wrong.json()["errors"])) == (400, {"current"})
        answers = [client.delete(TOTP, {"current": PASSWORD}) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [204, 404]
        assert client.get(FACTORS).json() == {"methods": [], "recovery_codes_left": 0}
        assert visitor.post(SIGN_IN, {"email": person.user.email, "password": PASSWORD}).status_code == 200
        assert [fact.change for fact in told.named(CredentialsChanged)] == ["totp_on", "totp_off"]


class TestDoors:
    @pytest.mark.parametrize("path", [TOTP, CONFIRM, CODES])
    def test_to_ones_own_factors_are_closed_to_visitors(self, client: Client, visitor: Any, path: str) -> None:
        for someone in (client, visitor):
            answers = [someone.post(path), someone.delete(path), someone.get(path)]
            assert {answer.status_code for answer in answers} == {401}
            assert someone.get(FACTORS).status_code == 401

    def test_to_the_second_step_lead_through_the_gateway(self, client: Client, visitor: Any) -> None:
        assert client.post(ANSWER).status_code == 401
        assert visitor.get(ANSWER).status_code == 405

    def test_lead_to_ones_own_alone(self, client_of: Any) -> None:
        person = guarded()
        admin = client_of(UserFactory(roles=["admin"]).id, "admin")

        assert admin.get(FACTORS).json() == {"methods": [], "recovery_codes_left": 0}
        assert admin.delete(TOTP, {"current": PASSWORD}).status_code == 404
        assert Totp.objects.filter(user=person.user).exists()


BAD = (None, "", 7, True, [], {}, "\x00", "x" * 500_000)


class TestBadInput:
    @pytest.mark.parametrize("value", [*BAD, "12345", "1234567", "12345a", "١٢٣٤٥٦", "123456\n1"])
    def test_is_no_code(self, client_of: Any, visitor: Any, value: object) -> None:
        person = guarded()
        answers = [
            client_of(person.user.id, "customer").post(CONFIRM, {"code": value}),
            visitor.post(ANSWER, {"challenge": challenge_of(visitor, person.user), "code": value}),
        ]

        assert [answer.status_code for answer in answers] == [400, 400]
        assert all(set(answer.json()["errors"]) == {"code"} for answer in answers)

    @pytest.mark.parametrize("value", [*BAD, "x" * 513])
    def test_can_be_no_challenge(self, visitor: Any, value: object) -> None:
        answer = visitor.post(ANSWER, {"challenge": value, "code": "123456"})

        assert (answer.status_code, set(answer.json()["errors"])) == (400, {"challenge"})

    @pytest.mark.parametrize("value", ["unknown", ":", "a:b", "e30:x", "ключ"])
    def test_is_no_challenge_of_ours(self, visitor: Any, value: str) -> None:
        answer = visitor.post(ANSWER, {"challenge": value, "code": "123456"})

        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_challenge")

    @pytest.mark.parametrize("value", [*BAD, "x" * 65])
    def test_is_no_recovery_code(self, visitor: Any, value: object) -> None:
        answer = visitor.post(ANSWER, {"challenge": "c", "recovery_code": value})

        assert (answer.status_code, set(answer.json()["errors"])) == (400, {"recovery_code"})

    @pytest.mark.parametrize("answers", [{}, {"code": "123456", "recovery_code": "x"}])
    def test_is_none_or_more_than_one_answer(self, visitor: Any, answers: dict[str, str]) -> None:
        answer = visitor.post(ANSWER, {"challenge": "c", **answers})

        assert (answer.status_code, set(answer.json()["errors"])) == (400, {"non_field_errors"})

    @pytest.mark.parametrize("method", ["post", "delete"])
    @pytest.mark.parametrize("value", [*BAD, "x" * 129])
    def test_is_no_password(self, client_of: Any, method: str, value: object) -> None:
        client = client_of(UserFactory().id, "customer")

        answer = getattr(client, method)(TOTP, {"current": value})

        assert (answer.status_code, set(answer.json()["errors"])) == (400, {"current"})

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7"])
    @pytest.mark.parametrize("path", [TOTP, CONFIRM, CODES, ANSWER])
    def test_is_no_body(self, client_of: Any, path: str, body: bytes) -> None:
        answer = client_of(UserFactory().id, "customer").post(path, body, content_type="application/json")

        assert answer.status_code == 400
