"""Passkeys over HTTP, with an authenticator in software."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from common.contracts import CredentialsChanged
from tests.user_svc.authenticator import Authenticator, decoded
from tests.user_svc.factories import PASSWORD, UserFactory
from tests.user_svc.factors_story import (
    ALONE,
    ALONE_OPTIONS,
    ANSWER,
    CODES,
    FACTORS,
    OPTIONS,
    PASSKEY_OPTIONS,
    PASSKEYS,
    SIGN_IN,
    assertion_of,
    challenge_of,
    claims,
    guarded,
    user_id_of,
    with_passkey,
)
from user_svc.accounts.models import Session, User
from user_svc.factors import rules
from user_svc.factors.models import Passkey, RecoveryCode

pytestmark = pytest.mark.django_db


class TestRegistration:
    def test_keeps_a_passkey_and_gives_recovery_codes_with_the_first_factor(self, client_of: Any, told: Any) -> None:
        user = UserFactory()

        first = with_passkey(client_of, Authenticator(), user)
        second = with_passkey(client_of, Authenticator(is_synced=True), user)

        assert set(first["passkey"]) == {"id", "name", "is_synced", "created_at", "last_used_at"}
        assert (first["passkey"]["name"], first["passkey"]["last_used_at"]) == ("Laptop", None)
        assert [first["passkey"]["is_synced"], second["passkey"]["is_synced"]] == [False, True]
        assert [len(first["recovery_codes"]), len(second["recovery_codes"])] == [10, 0]
        assert [fact.change for fact in told.named(CredentialsChanged)] == ["passkey_added"] * 2

    def test_gives_a_browser_what_it_needs(self, client_of: Any) -> None:
        user = UserFactory()
        known = Authenticator()
        with_passkey(client_of, known, user)

        answer = client_of(user.id, "customer").post(PASSKEY_OPTIONS, {"current": PASSWORD})

        options = answer.json()["options"]
        assert answer.status_code == 200
        assert options["rp"] == {"id": "127.0.0.1", "name": "OpenCommerce"}
        assert decoded(options["user"]["id"]) == user.id.bytes
        assert -7 in {parameters["alg"] for parameters in options["pubKeyCredParams"]}
        assert [decoded(excluded["id"]) for excluded in options["excludeCredentials"]] == [known.credential_id]
        assert len(decoded(options["challenge"])) == 32

    @pytest.mark.parametrize(
        "wrong",
        [
            {"origin": "http://127.0.0.1:8000.evil.example"},
            {"origin": "https://127.0.0.1:8000"},
            {"rp_id": "evil.example"},
            {"is_framed": True},
            {"is_present": False},
            {"type_said": "webauthn.get"},
            {"algorithm": -65535},
        ],
    )
    def test_refuses_what_was_made_otherwise(self, client_of: Any, wrong: dict[str, Any]) -> None:
        answer = with_passkey(client_of, Authenticator(**wrong), UserFactory())

        assert set(answer["errors"]) == {"credential"}
        assert not Passkey.objects.exists()

    def test_takes_a_challenge_once(self, client_of: Any) -> None:
        client = client_of(UserFactory().id, "customer")
        begun = client.post(PASSKEY_OPTIONS, {"current": PASSWORD}).json()

        answers = [
            client.post(
                PASSKEYS,
                {"challenge": begun["challenge"], "credential": Authenticator().create(begun["options"])},
            )
            for _ in range(2)
        ]

        assert [answer.status_code for answer in answers] == [201, 400]
        assert set(answers[1].json()["errors"]) == {"challenge"}
        assert answers[0].json()["passkey"]["name"] == "Passkey"

    def test_takes_no_challenge_of_somebody_else_or_for_something_else(self, client_of: Any, visitor: Any) -> None:
        user, other = UserFactory(), UserFactory()
        begun = client_of(other.id, "customer").post(PASSKEY_OPTIONS, {"current": PASSWORD}).json()
        alone = visitor.post(ALONE_OPTIONS).json()

        for challenge in (begun["challenge"], alone["challenge"]):
            body = {"challenge": challenge, "credential": Authenticator().create(begun["options"])}
            answer = client_of(user.id, "customer").post(PASSKEYS, body)
            assert (answer.status_code, set(answer.json()["errors"])) == (400, {"challenge"})

    def test_refuses_one_that_is_registered_already(self, client_of: Any) -> None:
        authenticator = Authenticator()
        with_passkey(client_of, authenticator, UserFactory())

        answer = with_passkey(client_of, authenticator, UserFactory())

        assert (answer["status"], answer["code"]) == (409, "passkey_taken")

    def test_ends_at_ten(self, client_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rules, "MAX_PASSKEYS", 1)
        user = UserFactory()
        client = client_of(user.id, "customer")
        begun = client.post(PASSKEY_OPTIONS, {"current": PASSWORD}).json()
        with_passkey(client_of, Authenticator(), user)

        late = {"challenge": begun["challenge"], "credential": Authenticator().create(begun["options"])}
        answers = [client.post(PASSKEY_OPTIONS, {"current": PASSWORD}), client.post(PASSKEYS, late)]

        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(409, "too_many_passkeys")}


class TestAsSecondFactor:
    def test_is_asked_for_after_the_password(self, client_of: Any, visitor: Any) -> None:
        user, authenticator = UserFactory(), Authenticator(is_verifying=False)
        with_passkey(client_of, authenticator, user)

        problem = visitor.post(SIGN_IN, {"email": user.email, "password": PASSWORD}).json()
        options = visitor.post(OPTIONS, {"challenge": problem["challenge"]}).json()["options"]
        body = {"challenge": problem["challenge"], "assertion": authenticator.get(options)}
        answer = visitor.post(ANSWER, body)

        assert problem["methods"] == ["passkey", "recovery_code"]
        assert [decoded(allowed["id"]) for allowed in options["allowCredentials"]] == [authenticator.credential_id]
        assert answer.status_code == 200
        assert claims(answer.json()["access"])["amr"] == ["pwd", "hwk", "mfa"]
        assert Passkey.objects.get().last_used_at is not None

    @pytest.mark.parametrize(
        "wrong",
        [
            {"origin": "http://localhost:8000"},
            {"rp_id": "evil.example"},
            {"is_framed": True},
            {"is_present": False},
            {"type_said": "webauthn.create"},
            {"is_synced": True},
            {"counter": -1, "is_counting": True},
            {"user_handle": b"somebody else"},
            {"key": Authenticator().key},
            {"credential_id": b"unknown"},
        ],
    )
    def test_is_refused_when_it_was_used_otherwise(self, client_of: Any, visitor: Any, wrong: dict[str, Any]) -> None:
        user, authenticator = UserFactory(), Authenticator()
        with_passkey(client_of, authenticator, user)
        challenge = challenge_of(visitor, user)

        assertion = assertion_of(visitor, replace(authenticator, **wrong), challenge)
        answer = visitor.post(ANSWER, {"challenge": challenge, "assertion": assertion})

        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_second_factor")
        assert not Session.objects.exists()

    def test_is_refused_when_it_answers_another_challenge(self, client_of: Any, visitor: Any) -> None:
        user, authenticator = UserFactory(), Authenticator()
        with_passkey(client_of, authenticator, user)
        assertion = assertion_of(visitor, authenticator, challenge_of(visitor, user))

        answer = visitor.post(ANSWER, {"challenge": challenge_of(visitor, user), "assertion": assertion})

        assert answer.status_code == 401

    def test_is_refused_when_it_is_somebody_elses(self, client_of: Any, visitor: Any) -> None:
        thief, victim = UserFactory(), UserFactory()
        own = Authenticator()
        with_passkey(client_of, own, thief)
        with_passkey(client_of, Authenticator(), victim)
        challenge = challenge_of(visitor, victim)

        body = {"challenge": challenge, "assertion": assertion_of(visitor, replace(own, user_handle=None), challenge)}

        assert visitor.post(ANSWER, body).status_code == 401

    def test_works_with_authenticators_that_never_count(self, client_of: Any, visitor: Any) -> None:
        user, authenticator = UserFactory(), Authenticator(is_counting=False)
        with_passkey(client_of, authenticator, user)

        for _ in range(2):
            challenge = challenge_of(visitor, user)
            body = {"challenge": challenge, "assertion": assertion_of(visitor, authenticator, challenge)}
            assert visitor.post(ANSWER, body).status_code == 200

    def test_has_no_options_for_who_has_none(self, visitor: Any) -> None:
        challenge = challenge_of(visitor, guarded().user)

        assert visitor.post(OPTIONS, {"challenge": challenge}).status_code == 404
        assert visitor.post(OPTIONS, {"challenge": "x"}).json()["code"] == "invalid_challenge"


class TestAlone:
    def test_signs_its_owner_in(self, client_of: Any, visitor: Any) -> None:
        user, authenticator = UserFactory(), Authenticator(is_synced=True)
        with_passkey(client_of, authenticator, user)

        begun = visitor.post(ALONE_OPTIONS).json()
        body = {"challenge": begun["challenge"], "assertion": authenticator.get(begun["options"])}
        answers = [visitor.post(ALONE, body) for _ in range(2)]

        assert begun["options"]["userVerification"] == "required"
        assert [answer.status_code for answer in answers] == [200, 401]
        assert user_id_of(answers[0].json()["access"]) == user.id
        assert claims(answers[0].json()["access"])["amr"] == ["swk", "mfa"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"is_verifying": False},
            {"user_handle": None},
            {"user_handle": b"somebody else"},
            {"credential_id": b"unknown"},
            {"key": Authenticator().key},
            {"origin": "https://evil.example"},
        ],
    )
    def test_is_refused_alike_whatever_is_wrong(self, client_of: Any, visitor: Any, wrong: dict[str, Any]) -> None:
        user, authenticator = UserFactory(), Authenticator()
        with_passkey(client_of, authenticator, user)
        begun = visitor.post(ALONE_OPTIONS).json()

        assertion = replace(authenticator, **wrong).get(begun["options"])
        answer = visitor.post(ALONE, {"challenge": begun["challenge"], "assertion": assertion})

        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_second_factor")
        assert not Session.objects.exists()

    def test_is_refused_to_somebody_who_was_disabled(self, client_of: Any, visitor: Any) -> None:
        authenticator = Authenticator()
        with_passkey(client_of, authenticator, UserFactory())
        User.objects.update(is_active=False)
        begun = visitor.post(ALONE_OPTIONS).json()

        body = {"challenge": begun["challenge"], "assertion": authenticator.get(begun["options"])}

        assert visitor.post(ALONE, body).json()["code"] == "invalid_second_factor"

    def test_takes_no_challenge_that_was_for_a_second_step(self, client_of: Any, visitor: Any) -> None:
        user, authenticator = UserFactory(), Authenticator()
        with_passkey(client_of, authenticator, user)
        challenge = challenge_of(visitor, user)

        body = {"challenge": challenge, "assertion": assertion_of(visitor, authenticator, challenge)}

        assert visitor.post(ALONE, body).json()["code"] == "invalid_challenge"


class TestOwn:
    def test_are_listed_renamed_and_removed(self, client_of: Any, visitor: Any, told: Any) -> None:
        user = UserFactory()
        path = f"{PASSKEYS}{with_passkey(client_of, Authenticator(), user)['passkey']['id']}/"
        client = client_of(user.id, "customer")

        renamed = client.patch(path, {"name": "Old laptop"})
        assert client.get(PASSKEYS).json()["results"] == [renamed.json()]
        assert renamed.json()["name"] == "Old laptop"
        assert client.delete(path, {"current": "wrong"}).status_code == 400
        answers = [client.delete(path, {"current": PASSWORD}) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [204, 404]
        assert client.get(FACTORS).json() == {"methods": [], "recovery_codes_left": 0}
        assert visitor.post(SIGN_IN, {"email": user.email, "password": PASSWORD}).status_code == 200
        assert told.named(CredentialsChanged)[-1].change == "passkey_removed"

    def test_leave_the_other_factors_their_recovery_codes(self, client_of: Any) -> None:
        person = guarded()
        made = with_passkey(client_of, Authenticator(), person.user)
        client = client_of(person.user.id, "customer")

        client.delete(f"{PASSKEYS}{made['passkey']['id']}/", {"current": PASSWORD})

        assert made["recovery_codes"] == []
        assert client.get(FACTORS).json() == {"methods": ["totp", "recovery_code"], "recovery_codes_left": 10}

    def test_bring_recovery_codes_to_who_has_used_all_of_theirs(self, client_of: Any) -> None:
        person = guarded()
        RecoveryCode.objects.filter(user=person.user).delete()  # as using one does

        made = with_passkey(client_of, Authenticator(), person.user)

        assert len(made["recovery_codes"]) == rules.RECOVERY_CODES


class TestDoors:
    @pytest.mark.parametrize("path", [PASSKEYS, PASSKEY_OPTIONS, f"{PASSKEYS}{uuid4()}/"])
    def test_to_ones_own_are_closed_to_visitors(self, client: Client, visitor: Any, path: str) -> None:
        for someone in (client, visitor):
            answers = [getattr(someone, method)(path) for method in ("get", "post", "patch", "delete")]
            assert {answer.status_code for answer in answers} == {401}

    @pytest.mark.parametrize("roles", [("customer",), ("support",), ("admin",)])
    def test_lead_to_ones_own_alone(self, client_of: Any, roles: tuple[str, ...]) -> None:
        made = with_passkey(client_of, Authenticator(), UserFactory())
        path = f"{PASSKEYS}{made['passkey']['id']}/"
        other = client_of(UserFactory().id, *roles)

        assert other.patch(path, {"name": "Mine"}).status_code == 404
        assert other.delete(path, {"current": PASSWORD}).status_code == 404
        assert other.get(PASSKEYS).json()["results"] == []

    @pytest.mark.parametrize("path", [OPTIONS, ALONE, ALONE_OPTIONS])
    def test_to_signing_in_lead_through_the_gateway(self, client: Client, visitor: Any, path: str) -> None:
        assert client.post(path).status_code == 401
        assert visitor.get(path).status_code == 405


BAD_CREDENTIALS = (None, "", 7, True, [], "x", {"x": "y" * 20_000})
JUNK = (
    {},
    {"id": "a"},
    {"rawId": 7},
    {"id": "a", "rawId": "b"},
    {"id": "AA", "rawId": "AA", "response": 7},
    {"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "e30"}},
    {"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "W10", "attestationObject": "oA", "signature": "AA"}},
    {"id": "ж", "rawId": "ж", "response": {}},
    {"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "bnVsbA", "authenticatorData": "gQ" * 4000}},
)


class TestBadInput:
    @pytest.mark.parametrize("value", BAD_CREDENTIALS)
    def test_is_no_credential(self, client_of: Any, visitor: Any, value: object) -> None:
        made = client_of(UserFactory().id, "customer").post(PASSKEYS, {"challenge": "c", "credential": value})
        used = visitor.post(ALONE, {"challenge": "c", "assertion": value})

        assert (made.status_code, set(made.json()["errors"])) == (400, {"credential"})
        assert (used.status_code, set(used.json()["errors"])) == (400, {"assertion"})

    @pytest.mark.parametrize("value", JUNK)
    def test_is_junk(self, client_of: Any, visitor: Any, value: dict[str, Any]) -> None:
        user = UserFactory()
        with_passkey(client_of, Authenticator(), user)
        client = client_of(user.id, "customer")
        begun = client.post(PASSKEY_OPTIONS, {"current": PASSWORD}).json()["challenge"]
        alone = visitor.post(ALONE_OPTIONS).json()["challenge"]

        made = client.post(PASSKEYS, {"challenge": begun, "credential": value})
        used = visitor.post(ALONE, {"challenge": alone, "assertion": value})
        second = visitor.post(ANSWER, {"challenge": challenge_of(visitor, user), "assertion": value})

        assert (made.status_code, set(made.json()["errors"])) == (400, {"credential"})
        assert {(answer.status_code, answer.json()["code"]) for answer in (used, second)} == {
            (401, "invalid_second_factor")
        }

    @pytest.mark.parametrize("depth", [100, 8000])
    def test_is_nested_deeply_in_cbor(self, client_of: Any, depth: int) -> None:
        client = client_of(UserFactory().id, "customer")
        begun = client.post(PASSKEY_OPTIONS, {"current": PASSWORD}).json()
        credential = Authenticator().create(begun["options"])
        credential["response"]["attestationObject"] = "gYGB" * (depth // 3)

        answer = client.post(PASSKEYS, {"challenge": begun["challenge"], "credential": credential})

        assert (answer.status_code, set(answer.json()["errors"])) == (400, {"credential"})

    @pytest.mark.parametrize("value", [None, "", "  ", 7, [], {}, "\x00", "a\nb", "a\u202eb", "x" * 61])
    def test_is_no_name(self, client_of: Any, value: object) -> None:
        client = client_of(UserFactory().id, "customer")

        answer = client.patch(f"{PASSKEYS}{uuid4()}/", {"name": value})

        assert (answer.status_code, set(answer.json()["errors"])) == (400, {"name"})

    @pytest.mark.parametrize("path", [PASSKEY_OPTIONS, PASSKEYS, CODES, ALONE, OPTIONS])
    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7"])
    def test_is_no_body(self, client_of: Any, path: str, body: bytes) -> None:
        answer = client_of(UserFactory().id, "customer").post(path, body, content_type="application/json")

        assert answer.status_code == 400
