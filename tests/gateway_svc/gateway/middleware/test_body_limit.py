"""Whose body is taken, and how much of all of them lies in the gateway at a time."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable

import pytest

from common import topology
from common.testing.documented import document
from gateway_svc.gateway.routes import http_routes, page_routes
from tests.gateway_svc.door import Answer, Door, settle
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import FakeService

MEBIBYTE = 1024 * 1024
FILES, CART, ORDERS, PRODUCTS = "/api/v1/files/", "/api/v1/cart/", "/api/v1/orders/", "/api/v1/products/"


def heads(method: str, path: str, *headers: str, length: int) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: h", f"Content-Length: {length}", *headers, "", ""]
    return "\r\n".join(lines).encode()


class TestAStrangersBody:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", FILES),
            ("POST", ORDERS),
            ("PATCH", f"{PRODUCTS}lamp/"),
            ("DELETE", "/api/v1/users/me/factors/totp/"),
        ],
    )
    def test_is_not_read_where_one_has_to_sign_in(
        self, door: Door, service: FakeService, method: str, path: str
    ) -> None:
        heard = door.say(heads(method, path, "Expect: 100-continue", length=1000), seconds=2)

        head, _, body = heard.partition(b"\r\n\r\n")
        problem = json.loads(body)
        assert head.startswith(b"HTTP/1.1 401 ")
        assert b"\r\nwww-authenticate: Bearer " in head
        assert (problem["code"], f"x-request-id: {problem['request_id']}" in head.decode()) == (
            "not_authenticated",
            True,
        )
        assert not service.asked

    def test_is_refused_to_who_reads_last_too(self, door: Door, service: FakeService) -> None:
        answer = door.ask("POST", FILES, body=b"x" * (25 * MEBIBYTE))

        assert (answer.status, answer.json()["code"]) == (401, "not_authenticated")
        assert not service.asked

    @pytest.mark.parametrize("path", [f"{CART}items/", f"{ORDERS}quote/", "/api/v1/payments/webhooks/sandbox/"])
    def test_is_taken_where_strangers_are_welcome(self, door: Door, path: str) -> None:
        assert door.ask("POST", path, body=b"{}").json()["length"] == 2

    def test_is_taken_of_who_only_reads(self, door: Door) -> None:
        assert door.ask("GET", PRODUCTS, body=b"{}").status == 200

    def test_is_taken_of_nobody_else_than_the_document_says(self) -> None:
        strangers = [{}, {"bearer": []}, {"session": []}]
        for path, methods in document()["paths"].items():
            for method, operation in methods.items():
                route = http_routes().find(path, method.upper()) or page_routes().find(path, method.upper())
                is_theirs = operation.get("security", [{}]) == strangers or path.startswith("/api/v1/auth/")
                if "requestBody" in operation:
                    assert route is not None
                    assert route.service.takes_from_strangers(path) == is_theirs, f"{method} {path}"

    def test_is_taken_by_pages(self) -> None:
        assert topology.GATEWAY.takes_from_strangers("/login/")
        assert not topology.GATEWAY.takes_from_strangers("/api/v1/api-keys/")


@pytest.fixture(scope="module")
def small(open_door: Callable[..., Door]) -> Door:
    """Has room for one mebibyte of bodies, and for as much of answers."""
    return open_door(GATEWAY_SVC_BODIES_MIB="1")


class TestTheRoom:
    def test_is_not_for_more_bodies_than_it_holds(self, small: Door, signer: Signer) -> None:
        nearly_all = heads("POST", FILES, f"Authorization: Bearer {signer.token()}", length=2 * MEBIBYTE)
        nearly_all += b"x" * (MEBIBYTE - 1024)

        def is_refused() -> bool:
            """Of the two bodies the later is: the small one, if the large one has arrived in the meantime."""
            with socket.create_connection(("127.0.0.1", small.port)) as first:
                first.sendall(nearly_all)
                time.sleep(0.1)
                reads.append(small.ask("GET", PRODUCTS))
                sent.append(small.ask("POST", CART, body=b"x" * 1024))
            return sent[-1].status == 503

        reads: list[Answer] = []
        sent: list[Answer] = []
        settle(is_refused, seconds=20)

        refused = sent[-1]
        assert (refused.status, refused.json()["code"], refused.get("retry-after")) == (503, "overloaded", "1")
        assert refused.json()["request_id"] == refused.get("x-request-id")
        assert {read.status for read in reads} == {200}
        settle(lambda: small.ask("POST", CART, body=b"x" * 2048).status == 200)

    def test_is_left_when_a_body_was_answered(self, small: Door) -> None:
        answers = [small.ask("POST", CART, body=b"x" * (MEBIBYTE // 2)) for _ in range(6)]

        assert [answer.status for answer in answers] == [200] * 6

    def test_holds_services_up_where_it_is_full_of_answers(self, small: Door, service: FakeService) -> None:
        service.has_given.clear()
        with socket.create_connection(("127.0.0.1", small.port), timeout=10) as connection:
            connection.sendall(b"GET /api/v1/products/generous/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            is_given_while_nobody_reads = service.has_given.wait(0.7)
            size = sum(map(len, iter(lambda: connection.recv(1 << 20), b"")))

        assert not is_given_while_nobody_reads
        assert size > 24 * MEBIBYTE
        assert service.has_given.wait(5)
        assert small.ask("GET", PRODUCTS).status == 200
