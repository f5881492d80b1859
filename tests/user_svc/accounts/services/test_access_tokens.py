"""Access tokens, as somebody reads them who has only the published keys."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from pytest_django import Settings

from common import clock
from tests.user_svc.factories import HOME, NOON, PASSWORD, UserFactory
from user_svc.accounts import services
from user_svc.accounts.models import Session

OLD, NEW = b"o" * 32, b"n" * 32


def read(token: str) -> dict[str, Any]:
    """A token's claims, checked as anyone could who has only the published keys."""
    keys = jwt.PyJWKSet.from_dict(services.key_set())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["EdDSA"], audience="opencommerce", issuer="opencommerce")


@pytest.mark.django_db
class TestAccessToken:
    def test_says_who_is_signed_in_and_for_how_long(self) -> None:
        now = clock.now()
        user = UserFactory(roles=["customer", "seller"])

        token = services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=now).access

        claims = read(token)
        del claims["jti"]
        assert claims == {
            "iss": "opencommerce",
            "aud": "opencommerce",
            "sub": str(user.id),
            "sid": str(Session.objects.get().id),
            "roles": ["customer", "seller"],
            "name": user.full_name,
            "amr": ["pwd"],
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=15)).timestamp()),
        }
        assert jwt.get_unverified_header(token)["typ"] == "at+jwt"

    def test_is_never_the_same_twice(self) -> None:
        user = UserFactory()

        tokens = {services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=NOON).access for _ in range(2)}

        assert len(tokens) == 2

    def test_stays_good_when_another_key_is_put_in_front(self, settings: Settings) -> None:
        user = UserFactory()
        settings.TOKEN_KEYS = [OLD]
        before = services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=clock.now()).access

        settings.TOKEN_KEYS = [NEW, OLD]

        after = services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=clock.now()).access
        assert read(before)["sub"] == read(after)["sub"] == str(user.id)
        assert jwt.get_unverified_header(before)["kid"] != jwt.get_unverified_header(after)["kid"]

    def test_is_good_as_long_as_its_key_is_listed(self, settings: Settings) -> None:
        user = UserFactory()
        settings.TOKEN_KEYS = [OLD]
        token = services.sign_in(source=HOME, email=user.email, password=PASSWORD, now=clock.now()).access

        for listed in ([OLD, NEW], [NEW, OLD]):
            settings.TOKEN_KEYS = listed
            assert read(token)["sub"] == str(user.id)

        settings.TOKEN_KEYS = [NEW]
        with pytest.raises(KeyError):
            read(token)


class TestKeySet:
    def test_names_each_key_by_its_thumbprint_and_holds_nothing_private(self, settings: Settings) -> None:
        settings.TOKEN_KEYS = [NEW, OLD]

        keys = services.key_set()["keys"]

        assert len(keys) == 2
        for key in keys:
            assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
            assert key["kid"] == thumbprint(key)

    def test_agrees_with_the_example_of_rfc_8037(self, settings: Settings) -> None:
        settings.TOKEN_KEYS = [base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")]

        (key,) = services.key_set()["keys"]

        assert key["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        assert key["kid"] == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def thumbprint(key: dict[str, str]) -> str:
    required = json.dumps({name: key[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(required.encode()).digest()).rstrip(b"=").decode()
