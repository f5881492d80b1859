"""The gateway's assertion is the only credential that a service takes."""

import base64
import os
import time
import uuid
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rest_framework.test import APIClient

from common.testing.plugin import sign_assertion

USER = uuid.UUID("6f1d1a3e-0c5e-4a3f-9a53-4d3c8b4d2a11")


def ask(assertion: str, **headers: str) -> Any:
    client = APIClient()
    client.credentials(HTTP_X_GATEWAY_ASSERTION=assertion, **headers)
    return client.get("/echo/")


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": "gateway_svc", "aud": "notify_svc", "sub": str(USER), "iat": now, "exp": now + 60, **changes}


class TestGatewayAssertion:
    def test_tells_who_asks(self, client_of: Callable[..., Any]) -> None:
        response = client_of(USER, "seller", name="Ada").get("/echo/")

        assert response.json()["id"] == str(USER)
        assert response.json()["roles"] == ["seller"]

    def test_a_visitor_is_nobody_in_particular(self, visitor: Any) -> None:
        assert visitor.get("/echo/").json()["id"] is None
        assert visitor.get("/private/").status_code == 401

    def test_without_it_nobody_gets_past(self) -> None:
        response = APIClient().get("/echo/", HTTP_X_USER_ID=str(USER), HTTP_AUTHORIZATION="Bearer x")

        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert response.json()["code"] == "authentication_failed"

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": int(time.time()) - 3600},
            {"aud": "order_svc"},
            {"iss": "somebody"},
            {"sub": "not a uuid"},
            {"iat": int(time.time()) + 3600},
        ],
    )
    def test_refuses_one_that_is_not_for_us_or_not_for_now(self, changes: dict[str, Any]) -> None:
        key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(os.environ["GATEWAY_SVC_ASSERTION_KEY"]))
        assert ask(jwt.encode(claims(**changes), key, algorithm="EdDSA")).status_code == 401

    def test_refuses_a_forged_one(self) -> None:
        forged = jwt.encode(claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA")

        assert ask(forged).status_code == 401

    def test_refuses_one_that_names_its_own_algorithm(self) -> None:
        unsigned = jwt.encode(claims(), None, algorithm="none")
        by_public_key = jwt.encode(
            claims(), os.environ["OPENCOMMERCE_ASSERTION_PUBLIC_KEY"].ljust(64, "="), algorithm="HS256"
        )

        assert ask(unsigned).status_code == 401
        assert ask(by_public_key).status_code == 401

    def test_checks_the_time_also_when_it_knows_the_signature(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assertion = sign_assertion(audience="notify_svc", user_id=USER, roles=())
        assert ask(assertion).status_code == 200

        later = time.time() + 120
        monkeypatch.setattr(time, "time", lambda: later)

        assert ask(assertion).status_code == 401
