"""Bad input gets a clear problem through every door, and nothing half done."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.topology import USERS
from ops.blueprint import Blueprint
from ops.platform import Platform
from tests.system.people import Person, order_of, place, publish, sign_up

MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def seller(platform: Platform) -> Person:
    return sign_up(platform.url, "seller")


@pytest.fixture(scope="module")
def buyer(platform: Platform) -> Person:
    return sign_up(platform.url)


@pytest.fixture(scope="module")
def sku(seller: Person) -> str:
    return publish(seller, stock=10)


class Answer:
    """What came back over the wire, whoever asked."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.raw = response.read()

    def problem(self) -> dict[str, Any]:
        """The body, which must be a whole problem."""
        assert self.headers["Content-Type"] == "application/problem+json"
        problem = json.loads(self.raw)
        assert {"type", "title", "status", "detail", "code", "request_id"} <= set(problem)
        assert problem["status"] == self.status
        assert problem["request_id"] == self.headers["X-Request-ID"]
        return problem


def send(
    url: str, method: str, path: str, body: Any = None, *, access: str = "", headers: dict[str, str] | None = None
) -> Answer:
    """A request as it is, with no client's manners."""
    sent = {"Content-Type": "application/json", **({"Authorization": f"Bearer {access}"} if access else {})}
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request(method, path, body=body, headers={**sent, **(headers or {})})
        return Answer(connection.getresponse())


def order(platform: Platform, buyer: Person, body: Any, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Idempotency-Key": secrets.token_hex(8), **headers}
    return send(platform.url, "POST", "/api/v1/orders/", raw, access=buyer.shop.access, headers=sent)


class TestOrders:
    @pytest.mark.parametrize("raw", [b"", b"{", b"\x00", b"[" * 100_000, '{"items": é}'.encode("latin-1")])
    def test_what_is_no_json_is_refused(self, platform: Platform, buyer: Person, raw: bytes) -> None:
        answer = order(platform, buyer, raw)

        assert answer.status == 400
        answer.problem()

    def test_an_unknown_sku_is_named(self, platform: Platform, buyer: Person) -> None:
        answer = order(platform, buyer, order_of("NO-SUCH-SKU"))

        assert answer.status == 400
        assert list(answer.problem()["errors"]) == ["items.0.sku"]

    @pytest.mark.parametrize("quantity", [-1, 0, 10**30, 1.5, True, "many", None, [], 1001])
    def test_a_strange_quantity_is_named(self, platform: Platform, buyer: Person, sku: str, quantity: Any) -> None:
        answer = order(platform, buyer, order_of(sku, quantity))

        assert answer.status == 400
        assert list(answer.problem()["errors"]) == ["items.0.quantity"]

    def test_nothing_was_ordered_by_any_of_it(self, buyer: Person) -> None:
        assert list(buyer.shop.every("/api/v1/orders/")) == []

    def test_anothers_order_is_not_there(self, platform: Platform, sku: str) -> None:
        mine = sign_up(platform.url)
        placed = place(mine, sku)

        answer = send(platform.url, "GET", f"/api/v1/orders/{placed['id']}/", access=sign_up(platform.url).shop.access)

        assert answer.status == 404
        answer.problem()

    def test_a_key_is_needed_and_belongs_to_one_body(self, platform: Platform, sku: str) -> None:
        mine = sign_up(platform.url)

        assert order(platform, mine, order_of(sku), **{"Idempotency-Key": ""}).status == 400
        assert order(platform, mine, order_of(sku), **{"Idempotency-Key": "k"}).status == 201
        assert order(platform, mine, order_of(sku, 2), **{"Idempotency-Key": "k"}).problem()["status"] == 422


@pytest.fixture(scope="module")
def signed(platform: Platform, buyer: Person) -> Callable[..., str]:
    """``signed(exp=…)``: the buyer's access token with these claims changed, signed by user_svc's own key."""
    blueprint = Blueprint(platform.state, public_port=urlsplit(platform.url).port or 80, as_it_is=True)
    keys = blueprint.environment.of_service(USERS)["USER_SVC_TOKEN_KEYS"].split(",")
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(keys[0]))
    claims = jwt.decode(buyer.shop.access, options={"verify_signature": False})
    header = jwt.get_unverified_header(buyer.shop.access)
    return lambda **changed: jwt.encode({**claims, **changed}, key, algorithm="EdDSA", headers=header)


@pytest.fixture(scope="module")
def forgeries(buyer: Person) -> dict[str, str]:
    claims = jwt.decode(buyer.shop.access, options={"verify_signature": False})
    header = jwt.get_unverified_header(buyer.shop.access)
    signature = buyer.shop.access.rpartition(".")[2]
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "roles": ["admin"]}).encode()).decode().rstrip("=")
    mine = Ed25519PrivateKey.generate()
    return {
        "alg none": jwt.encode(claims, None, algorithm="none", headers={**header, "alg": "none"}),
        "my own key": jwt.encode(claims, mine, algorithm="EdDSA", headers=header),
        "changed claims": f"{buyer.shop.access.split('.')[0]}.{changed}.{signature}",
        "a refresh token": buyer.shop.refresh,
        "garbage": "garbage",
        "empty parts": "..",
    }


class TestIdentity:
    @pytest.mark.parametrize(
        "forgery",
        ["alg none", "my own key", "changed claims", "a refresh token", "garbage", "empty parts"],
    )
    def test_a_forged_token_is_refused(self, platform: Platform, forgeries: dict[str, str], forgery: str) -> None:
        answer = send(platform.url, "GET", "/api/v1/users/me/", access=forgeries[forgery])

        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        answer.problem()

    @pytest.mark.parametrize(("seconds", "status"), [(600, 200), (-1, 401)], ids=["good", "expired"])
    def test_a_token_is_refused_once_it_has_expired(
        self, platform: Platform, signed: Callable[..., str], seconds: int, status: int
    ) -> None:
        token = signed(exp=int(time.time()) + seconds)

        answer = send(platform.url, "GET", "/api/v1/users/me/", access=token)

        assert answer.status == status
        if status == 401:
            assert answer.problem()["code"] == "authentication_failed"

    @pytest.mark.parametrize("name", ["X-User-Id", "X_User_Id", "X-Gateway-Assertion", "x-gateway_assertion"])
    def test_an_identity_header_from_outside_is_dropped(self, platform: Platform, buyer: Person, name: str) -> None:
        stranger = send(platform.url, "GET", "/api/v1/users/me/", headers={name: buyer.id})
        mine = send(platform.url, "GET", "/api/v1/users/me/", access=buyer.shop.access, headers={name: "somebody"})

        assert stranger.status == 401
        assert json.loads(mine.raw)["id"] == buyer.id

    def test_a_service_reached_directly_answers_nobody(self, platform: Platform, buyer: Person) -> None:
        webs = [entry for entry in platform.status()["processes"] if entry["kind"] == "web"]
        paths = {
            "user_svc": "/api/v1/users/me/",
            "product_svc": "/api/v1/products/",
            "order_svc": "/api/v1/orders/",
            "notify_svc": "/api/v1/notifications/",
            "file_svc": "/api/v1/files/",
        }
        for web in webs:
            if path := paths.get(web["service"]):
                headers = {"X-User-Id": buyer.id, "X-Gateway-Assertion": buyer.shop.access}
                answer = send(f"http://127.0.0.1:{web['port']}", "GET", path, access=buyer.shop.access, headers=headers)
                assert answer.status == 401, web


class TestUploads:
    def test_two_hundred_megabytes_are_too_many(self, platform: Platform, seller: Person) -> None:
        boundary = "frontier"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="big.png"\r\n\r\n'.encode()

        def chunks() -> Iterator[bytes]:
            yield head
            for _ in range(200):
                yield b"\x00" * MEBIBYTE

        try:
            answer = upload(platform, seller, boundary, chunks(), length=len(head) + 200 * MEBIBYTE)
        except (BrokenPipeError, ConnectionResetError):
            pytest.fail("the answer came too late to be read")
        assert answer.status == 413
        answer.problem()

    def test_a_picture_that_claims_to_be_enormous_is_not_opened(self, platform: Platform, seller: Person) -> None:
        boundary = "frontier"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'.encode()
        body = head + enormous_png() + f"\r\n--{boundary}--\r\n".encode()

        answer = upload(platform, seller, boundary, iter([body]), length=len(body))

        assert answer.status == 400
        assert "file" in answer.problem()["errors"]


def upload(platform: Platform, person: Person, boundary: str, chunks: Iterator[bytes], *, length: int) -> Answer:
    """An upload that reads the answer as soon as there is one, as browsers do."""
    with closing(http.client.HTTPConnection(urlsplit(platform.url).netloc, timeout=60)) as connection:
        connection.putrequest("POST", "/api/v1/files/")
        connection.putheader("Authorization", f"Bearer {person.shop.access}")
        connection.putheader("Content-Type", f"multipart/form-data; boundary={boundary}")
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        # Refused before the end; what was said stands in the socket's buffer.
        with suppress(BrokenPipeError, ConnectionResetError):
            for chunk in chunks:
                connection.send(chunk)
        return Answer(connection.getresponse())


def enormous_png() -> bytes:
    """One pixel's data under a header that says 65,000 × 65,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 65_000, 65_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 4)) + chunk(b"IEND", b"")
    )
