"""Whom the gateway believes, and what it says of them to the services."""

from __future__ import annotations

import base64
import os
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.gateway_svc.door import Door
from tests.gateway_svc.signing import Signer, claims
from tests.gateway_svc.upstream import FakeService

PRODUCTS = "/api/v1/products/"


def assertion_of(text: str, *, audience: str) -> dict:
    """What an assertion says, its signature checked as a service does it."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(os.environ["OPENCOMMERCE_ASSERTION_PUBLIC_KEY"]))
    return jwt.decode(text, key, algorithms=["EdDSA"], audience=audience, issuer="gateway_svc")


def assertion_in(service: FakeService, *, audience: str = "product_svc") -> dict:
    return assertion_of(service.last.get("x-gateway-assertion"), audience=audience)


class TestAGoodToken:
    def test_becomes_an_assertion_for_the_service(self, door: Door, service: FakeService, signer: Signer) -> None:
        answer = door.ask("GET", PRODUCTS, token=signer.token(sub="u-1", sid="s-1", roles=["seller"], name="Bo"))

        assert answer.status == 200
        said = assertion_in(service)
        assert (said["sub"], said["sid"], said["roles"], said["name"]) == ("u-1", "s-1", ["seller"], "Bo")
        assert said["exp"] - said["iat"] == 60

    def test_is_not_passed_on(self, door: Door, service: FakeService, signer: Signer) -> None:
        door.ask("GET", PRODUCTS, token=signer.token())

        assert service.last.get("authorization") is None

    def test_is_told_to_each_service_apart(self, door: Door, service: FakeService, signer: Signer) -> None:
        token = signer.token()

        door.ask("GET", PRODUCTS, token=token)
        door.ask("GET", "/api/v1/orders/", token=token)

        assert assertion_in(service, audience="order_svc")["aud"] == "order_svc"

    def test_assertion_is_used_again_for_a_while(self, door: Door, service: FakeService, signer: Signer) -> None:
        token = signer.token()

        for _ in range(2):
            door.ask("GET", PRODUCTS, token=token)

        first, second = service.asked
        assert first.get("x-gateway-assertion") == second.get("x-gateway-assertion")

    def test_tells_how_they_signed_in(self, door: Door, service: FakeService, signer: Signer) -> None:
        door.ask("GET", PRODUCTS, token=signer.token(amr=["pwd", "otp", "mfa"]))

        said = assertion_in(service)
        assert said["amr"] == ["pwd", "otp", "mfa"]
        assert "via" not in said


class TestNoToken:
    def test_is_a_visitor(self, door: Door, service: FakeService) -> None:
        assert door.ask("GET", PRODUCTS).status == 200

        assert "sub" not in assertion_in(service)


class TestABadToken:
    @pytest.mark.parametrize(
        "changed",
        [
            {"exp": int(time.time()) - 1},
            {"aud": "another"},
            {"iss": "another"},
            {"sub": None},
            {"sid": None},
            {"exp": None},
            {"typ": "rt+jwt"},
            {"typ": "JWT"},
        ],
        ids=str,
    )
    def test_is_refused(self, door: Door, service: FakeService, signer: Signer, changed: dict) -> None:
        answer = door.ask("GET", PRODUCTS, token=signer.token(**changed))

        assert answer.status == 401
        assert answer.get("www-authenticate") == 'Bearer realm="opencommerce", error="invalid_token"'
        assert answer.get("content-type") == "application/problem+json"
        problem = answer.json()
        assert problem["code"] == "authentication_failed"
        assert problem["request_id"] == answer.get("x-request-id")
        assert not service.asked

    def test_without_a_signature_is_refused(self, door: Door, signer: Signer) -> None:
        assert door.ask("GET", PRODUCTS, token=signer.unsigned()).status == 401

    def test_signed_with_the_public_key_is_refused(self, door: Door, signer: Signer) -> None:
        assert door.ask("GET", PRODUCTS, token=signer.hmac_with_public_key()).status == 401

    def test_forged_under_a_known_key_id_is_refused(self, door: Door, signer: Signer) -> None:
        assert door.ask("GET", PRODUCTS, token=Signer(signer.key_id).token()).status == 401

    def test_that_brings_its_own_key_is_refused(self, door: Door) -> None:
        forger = Signer("forger")
        header = {"kid": "forger", "typ": "at+jwt", "jwk": forger.jwk(), "jku": "http://127.0.0.1/"}
        token = jwt.encode(claims(), forger.key, algorithm="EdDSA", headers=header)

        assert door.ask("GET", PRODUCTS, token=token).status == 401

    def test_with_a_changed_letter_is_refused_after_the_good_one(self, door: Door, signer: Signer) -> None:
        token = signer.token()
        head, body, signature = token.split(".")
        changed = f"{head}.{body[:-2]}{'AA' if body[-2:] != 'AA' else 'BB'}.{signature}"

        assert door.ask("GET", PRODUCTS, token=token).status == 200
        assert door.ask("GET", PRODUCTS, token=changed).status == 401

    @pytest.mark.parametrize(
        "value",
        ["Basic YTpi", "Bearer", "Bearer ", "bearer x", "Bearer a.b.c", "Bearer é", "x" * 9000, "Bearer ..", ""],
    )
    def test_that_is_none_is_refused(self, door: Door, value: str) -> None:
        answer = door.ask("GET", PRODUCTS, headers=[("Authorization", value)])

        assert answer.status == 401

    def test_next_to_a_good_one_is_refused(self, door: Door, signer: Signer) -> None:
        twice = [("Authorization", f"Bearer {signer.token()}"), ("Authorization", "Bearer x")]

        assert door.ask("GET", PRODUCTS, headers=twice).status == 401

    def test_expires_also_when_it_was_good_a_moment_ago(self, door: Door, signer: Signer) -> None:
        token = signer.token(exp=int(time.time()) + 2)

        assert door.ask("GET", PRODUCTS, token=token).status == 200
        time.sleep(2.1)
        assert door.ask("GET", PRODUCTS, token=token).status == 401
