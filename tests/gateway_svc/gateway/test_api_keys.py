"""Programs with keys, at the real door."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from common.contracts import CredentialsChanged
from gateway_svc.api_keys.models import ApiKey
from tests.gateway_svc.door import Answer, Door
from tests.gateway_svc.gateway.test_tokens import assertion_in
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import FakeService
from tests.gateway_svc.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
KEYS, PRODUCTS, ORDERS = "/api/v1/api-keys/", "/api/v1/products/", "/api/v1/orders/"


def make(door: Door, token: str, *scopes: str) -> dict[str, Any]:
    """A key, made over the API."""
    body = json.dumps({"name": "a program", "scopes": scopes}).encode()
    answer = door.ask("POST", KEYS, token=token, headers=[("Content-Type", "application/json")], body=body)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json()
    return made


def seconds_until_refused(door: Door, key: str) -> float:
    began = time.monotonic()
    while door.ask("GET", PRODUCTS, token=key).status != 401:
        assert time.monotonic() - began < 5, "still let in"
        time.sleep(0.02)
    return time.monotonic() - began


class TestAProgramWithAKey:
    def test_acts_for_who_made_it(self, door: Door, service: FakeService, signer: Signer) -> None:
        person = str(uuid.uuid4())
        made = make(door, signer.token(sub=person, roles=["seller", "customer"], name="Bo"), "catalogue:write")

        assert door.ask("POST", PRODUCTS, token=made["key"], body=b"{}").status == 200

        said = assertion_in(service)
        assert (said["sub"], said["sid"], said["name"]) == (person, made["id"], "Bo")
        assert (sorted(said["roles"]), said["amr"]) == (["customer", "seller"], [])
        assert "via" not in said
        assert service.last.get("authorization") is None

    def test_never_acts_for_the_staff(self, door: Door, service: FakeService, signer: Signer) -> None:
        made = make(door, signer.token(roles=["admin", "customer"], amr=["pwd", "otp", "mfa"]), "catalogue:read")

        assert door.ask("GET", PRODUCTS, token=made["key"]).status == 200

        assert assertion_in(service)["roles"] == ["customer"]
        assert door.ask("GET", "/admin/", token=made["key"]).status == 403

    @pytest.mark.parametrize(
        ("method", "path", "needed"),
        [
            ("POST", PRODUCTS, "catalogue:write"),
            ("GET", ORDERS, "orders:read"),
            ("POST", ORDERS, "orders:write"),
            ("GET", "/api/v1/users/me/", "account:read"),
            ("POST", "/api/v1/auth/password/change/", ""),
            ("GET", KEYS, ""),
            ("POST", KEYS, ""),
            ("GET", "/account/", ""),
            ("GET", "/admin/gateway/", ""),
        ],
    )
    def test_is_refused_what_it_is_not_for(
        self, door: Door, service: FakeService, signer: Signer, method: str, path: str, needed: str
    ) -> None:
        key = make(door, signer.token(roles=["customer", "admin"]), "catalogue:read")["key"]
        service.asked.clear()

        answer = door.ask(method, path, token=key, body=b"{}" if method == "POST" else None)

        assert (answer.status, answer.json()["code"]) == (403, "insufficient_scope")
        challenge = answer.get("www-authenticate") or ""
        assert 'error="insufficient_scope"' in challenge
        assert (f'scope="{needed}"' in challenge) == bool(needed)
        assert not service.asked

    def test_opens_the_live_feed_with_the_scope_for_it(self, door: Door, signer: Signer) -> None:
        token, url = signer.token(), f"ws://127.0.0.1:{door.port}/ws/notifications/"
        good, other = make(door, token, "notifications:read")["key"], make(door, token, "orders:read")["key"]

        with connect(url, additional_headers={"Authorization": f"Bearer {good}"}) as socket:
            socket.send("hello")
            assert socket.recv(timeout=5) == "hello"
        with pytest.raises(InvalidStatus) as refused:
            connect(url, additional_headers={"Authorization": f"Bearer {other}"})
        assert refused.value.response.status_code == 403

    def test_is_seen_to_have_used_it(self, door: Door, signer: Signer) -> None:
        made = make(door, signer.token(), "catalogue:read")

        door.ask("GET", PRODUCTS, token=made["key"])

        assert ApiKey.objects.get(id=made["id"]).last_used_at is not None

    def test_is_counted_apart_from_its_owner(self, open_door: Callable[..., Door], signer: Signer) -> None:
        door = open_door(OPENCOMMERCE_RATE_LIMITS="reading-person=2/3600")
        token = signer.token()
        key = make(door, token, "catalogue:read")["key"]

        statuses = [[door.ask("GET", PRODUCTS, token=who).status for _ in range(3)] for who in (token, key)]

        assert statuses == [[200, 200, 429]] * 2


class TestAKeyThatIsNoGood:
    @pytest.mark.parametrize(
        "key", ["oc_", "oc_00000000_" + "A" * 43, "oc_0000000_" + "A" * 44, "oc_é", "oc_" + "x" * 9000]
    )
    def test_is_refused(self, door: Door, service: FakeService, key: str) -> None:
        answer = door.ask("GET", PRODUCTS, headers=[("Authorization", f"Bearer {key}")])

        assert (answer.status, answer.json()["code"]) == (401, "authentication_failed")
        assert not service.asked

    def test_has_expired(self, door: Door, signer: Signer) -> None:
        made = make(door, signer.token(), "catalogue:read")
        ApiKey.objects.filter(id=made["id"]).update(expires_at=datetime.now(UTC) + timedelta(seconds=1))
        assert door.ask("GET", PRODUCTS, token=made["key"]).status == 200

        time.sleep(1.1)

        assert door.ask("GET", PRODUCTS, token=made["key"]).status == 401

    def test_was_revoked_two_seconds_ago_in_another_process(
        self, door: Door, open_door: Callable[..., Door], signer: Signer
    ) -> None:
        token, other = signer.token(), open_door()
        made = make(door, token, "catalogue:read")
        assert other.ask("GET", PRODUCTS, token=made["key"]).status == 200

        assert door.ask("DELETE", f"{KEYS}{made['id']}/", token=token).status == 204

        assert seconds_until_refused(other, made["key"]) < 2
        assert seconds_until_refused(door, made["key"]) < 2

    def test_is_of_somebody_who_changed_their_password(
        self, door: Door, signer: Signer, hear: Callable[..., bool]
    ) -> None:
        person = str(uuid.uuid4())
        key = make(door, signer.token(sub=person), "catalogue:read")["key"]
        assert door.ask("GET", PRODUCTS, token=key).status == 200

        hear(
            CredentialsChanged(
                version=1,
                change_id=str(uuid.uuid4()),
                user_id=person,
                email="a@b.c",
                change="password_changed",
                changed_at="now",
            )
        )

        assert seconds_until_refused(door, key) < 2


class TestAtABrowser:
    def test_keys_are_made_on_the_page_of_the_api(self, visitor: Visitor) -> None:
        visitor.sign_in()

        page = visitor.get(KEYS)
        made = _post_json(visitor, {"name": "mine", "scopes": ["orders:read"]})

        assert page.status == 200
        assert page.get("content-type") == "text/html; charset=utf-8"
        assert made.status == 201
        assert made.json()["key"].startswith("oc_")

    def test_strangers_are_led_to_sign_in(self, visitor: Visitor) -> None:
        assert visitor.get(KEYS).get("location") == f"/login/?next={KEYS}"


def _post_json(visitor: Visitor, body: dict[str, Any]) -> Answer:
    visitor.get("/account/")
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    headers = {
        "Content-Type": "application/json",
        "Cookie": cookies,
        "X-CSRFToken": visitor.cookies["csrftoken"],
        "Origin": "https://shop.example",
    }
    return visitor.door.ask("POST", KEYS, headers=list(headers.items()), body=json.dumps(body).encode())
