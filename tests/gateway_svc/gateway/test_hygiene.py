"""What of a request's head comes through."""

from __future__ import annotations

import asyncio

import pytest

from common.observability.correlation import Correlation
from gateway_svc.gateway.asgi import Headers
from gateway_svc.gateway.exchange import Exchange
from gateway_svc.gateway.middleware.hygiene import HeaderHygiene
from gateway_svc.gateway.problems import BadRequest, HeadersTooLarge, Problem
from gateway_svc.gateway.proxies import TrustedProxies
from gateway_svc.gateway.request_head import PublicOrigin
from tests.gateway_svc.door import PUBLIC_URL, Door
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import FakeService

PRODUCTS = "/api/v1/products/"


class TestIdentityHeaders:
    @pytest.mark.parametrize(
        "name",
        [
            *(
                "X-User-Id",
                "x-user-id",
                "X_User_Id",
                "X-User_Id",
                "X-USER-ROLES",
                "X-Internal-Token",
                "X_Internal_Token",
            ),
            *("X_Gateway_Assertion", "X-Gateway-Anything", "Forwarded", "X-Real-IP", "X_Real_IP"),
            "X-Forwarded-User",
        ],
    )
    def test_are_dropped_in_every_spelling(self, door: Door, service: FakeService, name: str) -> None:
        assert door.ask("GET", PRODUCTS, headers=[(name, "mallory")]).status == 200

        assert "mallory" not in {value for _, value in service.last.headers}

    def test_are_said_by_the_gateway_alone(self, door: Door, service: FakeService) -> None:
        forged = [
            *[("X-Gateway-Assertion", "forged"), ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Proto", "gopher")],
            *[("X-Forwarded-Host", "evil.example"), ("Host", "evil.example")],
        ]

        door.say(
            b"GET /api/v1/products/ HTTP/1.1\r\nConnection: close\r\n"
            + "".join(f"{name}: {value}\r\n" for name, value in forged).encode()
            + b"\r\n"
        )

        asked = service.last
        assert asked.get("x-gateway-assertion").count(".") == 2
        assert asked.get("x-forwarded-for") == "127.0.0.1"
        assert asked.get("x-forwarded-proto") == "https"
        assert asked.get("x-forwarded-host") == asked.get("host") == "shop.example"

    def test_of_ours_cannot_be_named_in_connection(self, door: Door, service: FakeService, signer: Signer) -> None:
        named = "x-gateway-assertion, x-request-id, x-forwarded-for, content-length"

        door.ask("POST", PRODUCTS, token=signer.token(), headers=[("Connection", named)], body=b"hello")

        asked = service.last
        assert asked.get("x-gateway-assertion")
        assert asked.get("x-forwarded-for")
        assert asked.length == 5


class TestHopByHopHeaders:
    def test_end_here(self, door: Door, service: FakeService) -> None:
        for_us = [
            *[
                ("Connection", "keep-alive, X-Secret"),
                ("X-Secret", "1"),
                ("Keep-Alive", "timeout=5"),
                ("TE", "trailers"),
            ],
            *[("Proxy-Authorization", "Basic x"), ("Upgrade", "h2c"), ("Trailer", "X-T"), ("Proxy-Connection", "x")],
        ]

        door.ask("GET", PRODUCTS, headers=for_us)

        names = {name for name, _ in service.last.headers}
        assert not names & {name.lower() for name, _ in for_us}

    def test_named_by_the_caller_cannot_become_an_identity(self, door: Door, service: FakeService) -> None:
        door.ask("GET", PRODUCTS, headers=[("Connection", "x-user-id"), ("X-User-Id", "mallory")])

        assert "mallory" not in {value for _, value in service.last.headers}
        assert service.last.get("connection") is None

    def test_others_go_on_as_they_are(self, door: Door, service: FakeService) -> None:
        headers = [("X-Cart-Token", "t"), ("Accept", "text/html"), ("Cookie", "a=b"), ("X-Two", "1"), ("X-Two", "2")]

        door.ask("GET", PRODUCTS, headers=headers)

        assert service.last.get("x-cart-token") == "t"
        assert service.last.get("accept") == "text/html"
        assert service.last.get("cookie") == "a=b"
        assert service.last.all("x-two") == ["1", "2"]


class TestPaths:
    def test_arrive_byte_for_byte(self, door: Door, service: FakeService) -> None:
        target = "/api/v1/products/a%2Fb/%C3%A9/?search=%20a+b&x=%2e%2e/../y"

        assert door.ask("GET", target).status == 200

        assert service.last.target == target

    @pytest.mark.parametrize(
        "path",
        [
            *("/api/v1/products/../../../metrics", "/api/v1/products/%2e%2e/%2E%2e/metrics", "/api/v1/products/."),
            *("/api/v1/products/..%2f..%2fmetrics", "/api/v1/products/..%5cmetrics", "/api/v1/products/%00"),
        ],
    )
    def test_that_could_lead_elsewhere_are_refused(self, door: Door, service: FakeService, path: str) -> None:
        assert door.ask("GET", path).status == 400
        assert not service.asked

    @pytest.mark.parametrize(
        "path", ["/nope", "/api/v1", "/api/v1/nope/", "/api/v1/products", "/metrics", "/health/", "//api/v1/products/"]
    )
    def test_of_nobody_are_not_found(self, door: Door, service: FakeService, path: str) -> None:
        answer = door.ask("GET", path)

        assert answer.status == 404
        assert answer.json()["code"] == "not_found"
        assert not service.asked


class TestContentTypes:
    @pytest.mark.parametrize(
        "given",
        [
            *("application/json", "application/json; charset=utf-8", 'text/plain;charset="UTF-8"; x=y'),
            "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
        ],
    )
    def test_that_are_plain_go_on(self, door: Door, service: FakeService, given: str) -> None:
        door.ask("POST", "/api/v1/cart/", headers=[("Content-Type", given)], body=b"{}")

        assert service.last.get("content-type") == given

    @pytest.mark.parametrize(
        "given",
        [
            *("application/json; charset=zlib", "application/json;charset = hex", "text/plain; charset=utf-16"),
            *("application/json; charset*=utf-8''rot13", "multipart/form-data; boundary*=nope''x", "a/b; charset"),
            "application/json; charset=utf-8; charset=hex",
        ],
    )
    def test_that_name_other_codecs_are_refused(self, door: Door, service: FakeService, given: str) -> None:
        answer = door.ask("POST", PRODUCTS, headers=[("Content-Type", given)], body=b"{}")

        assert answer.status == 415
        assert answer.json()["code"] == "unsupported_media_type"
        assert not service.asked

    def test_are_not_given_twice(self, door: Door, service: FakeService) -> None:
        twice = [("Content-Type", "application/json"), ("Content-Type", "text/plain")]

        assert door.ask("POST", PRODUCTS, headers=twice, body=b"{}").status == 400
        assert not service.asked


class TestSizeAndFraming:
    def test_large_headers_are_refused(self, door: Door) -> None:
        answer = door.ask("GET", PRODUCTS, headers=[("X-Large", "x" * 40_000)])

        assert answer.status == 431
        assert answer.get("x-request-id")

    def test_two_lengths_never_reach_a_service(self, door: Door, service: FakeService) -> None:
        both = b"POST /api/v1/products/ HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"

        heard = door.say(both + b"0\r\n\r\nGET /api/v1/products/smuggled HTTP/1.1\r\nHost: h\r\n\r\n", seconds=1)

        assert heard.count(b"HTTP/1.1 ") == 1
        assert all("smuggled" not in asked.target for asked in service.asked)

    @pytest.mark.parametrize(
        "headers", ["Content-Length: 2\r\nContent-Length: 3", "Content-Length: -1", "Content-Length: x"]
    )
    def test_unclear_lengths_are_refused(self, door: Door, service: FakeService, headers: str) -> None:
        heard = door.say(f"POST {PRODUCTS} HTTP/1.1\r\nHost: h\r\n{headers}\r\n\r\nhi".encode(), seconds=1)

        assert heard.startswith(b"HTTP/1.1 400")
        assert not service.asked

    @pytest.mark.parametrize(
        "headers",
        [
            "Content-Length: 2, 2",
            "Content-Length: +2",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: identity\r\nContent-Length: 2",
            "Transfer-Encoding: chunked, gzip",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding:\r\n chunked",
            "X-Folded: one\r\n two\r\nContent-Length: 2",
            "X-A: 1\rX-B: 2\r\nContent-Length: 2",
            "X-A: 1\0\r\nContent-Length: 2",
            "X A: 1\r\nContent-Length: 2",
            "Host: other\r\nContent-Length: 2",
        ],
    )
    def test_what_can_be_read_in_two_ways_is_refused(self, door: Door, service: FakeService, headers: str) -> None:
        raw = f"POST {PRODUCTS} HTTP/1.1\r\nHost: h\r\n{headers}\r\n\r\nhi".encode("latin-1")

        heard = door.say(raw, seconds=0.5)

        assert heard.startswith(b"HTTP/1.1 400")
        assert not service.asked

    def test_a_length_beside_a_coding_ends_the_connection(self, door: Door, service: FakeService) -> None:
        """RFC 9112, 6.1: nothing after it may be believed."""
        both = f"POST {PRODUCTS} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 42\r\n\r\n"

        heard = door.say(f"{both}2\r\nhi\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n".encode(), seconds=3)

        assert heard.startswith(b"HTTP/1.1 400")
        assert heard.count(b"HTTP/1.1 ") == 1
        assert b"connection: close" in heard.lower()
        assert not service.asked

    @pytest.mark.parametrize("body", ["zz\r\nhi\r\n0\r\n\r\n", "2\r\nhi too long\r\n0\r\n\r\n"])
    def test_broken_chunks_are_refused(self, door: Door, service: FakeService, body: str) -> None:
        head = f"POST {PRODUCTS} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"

        heard = door.say((head + body).encode(), seconds=1)

        assert heard.startswith(b"HTTP/1.1 400")
        assert b'"code":"malformed"' in heard
        assert not service.asked

    @pytest.mark.parametrize(
        ("headers", "refusal"),
        [
            ([(b"content-length", b"2"), (b"transfer-encoding", b"chunked")], BadRequest),
            ([(b"content-length", b"2"), (b"content-length", b"3")], BadRequest),
            ([(b"content-length", b"2"), (b"content-length", b"2")], BadRequest),
            ([(b"content-length", b"+2")], BadRequest),
            ([(b"transfer-encoding", b"gzip, chunked")], BadRequest),
            ([(b"x-large", b"x" * 33_000)], HeadersTooLarge),
        ],
    )
    def test_are_refused_also_where_the_server_lets_them_pass(self, headers: Headers, refusal: type[Problem]) -> None:
        exchange = Exchange(Correlation.start())
        scope = {"type": "http", "path": "/", "headers": headers, "exchange": exchange}

        with pytest.raises(refusal):
            asyncio.run(_hygiene()(scope, _unreachable, _unreachable))


def _hygiene() -> HeaderHygiene:
    return HeaderHygiene(_unreachable, origin=PublicOrigin(PUBLIC_URL), proxies=TrustedProxies())


async def _unreachable(*_: object) -> None:
    raise AssertionError("came through")
