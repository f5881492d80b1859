"""Requests to a shop that answers, refuses, is busy, or is not there."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ops.shop import Shop
from ops.transport import Refused, Transport, Unreachable

Answer = tuple[int, dict[str, str], Any]


class Door(ThreadingHTTPServer):
    """A shop's door that gives the answers it was told to, one after another, and remembers who asked what."""

    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Doorkeeper)
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, str, str]] = []

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Doorkeeper(BaseHTTPRequestHandler):
    server: Door
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, self.headers.get("Authorization", "")))
        status, headers, body = self.server.answers.pop(0)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def door() -> Iterator[Door]:
    with Door() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def transport(origin: str, *, patience_seconds: float = 0) -> Transport:
    return Transport(origin, timeout_seconds=2, patience_seconds=patience_seconds)


class TestTransport:
    def test_raises_a_problem_with_all_that_it_says(self, door: Door) -> None:
        problem = {
            "code": "invalid",
            "detail": "The request has fields that cannot be accepted.",
            "request_id": "r-1",
            "errors": {"items.0.quantity": ["Too many."]},
        }
        door.answers = [(400, {}, problem)]

        with pytest.raises(Refused, match=r"items\.0\.quantity: Too many\.") as raised:
            transport(door.origin).send("POST", "/api/v1/orders/", body={})

        assert (raised.value.status, raised.value.code, raised.value.request_id) == (400, "invalid", "r-1")

    def test_takes_what_is_no_problem_document_as_its_text(self, door: Door) -> None:
        door.answers = [(502, {"X-Request-ID": "r-2"}, b"<html>Bad gateway")]

        with pytest.raises(Refused, match="Bad gateway") as raised:
            transport(door.origin).send("GET", "/")

        assert raised.value.request_id == "r-2"

    def test_waits_for_a_busy_shop_as_long_as_it_is_asked_to(self, door: Door) -> None:
        door.answers = [(503, {"Retry-After": "0"}, {}), (429, {"Retry-After": "0"}, {}), (200, {}, {"well": True})]

        assert transport(door.origin, patience_seconds=5).send("GET", "/") == {"well": True}

    def test_is_refused_by_a_busy_shop_without_patience(self, door: Door) -> None:
        door.answers = [(503, {"Retry-After": "0"}, {"code": "unavailable"})]

        with pytest.raises(Refused, match="unavailable"):
            transport(door.origin).send("GET", "/")

    def test_says_when_nobody_is_there(self) -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))

            with pytest.raises(Unreachable, match="does not answer"):
                transport(f"http://127.0.0.1:{silent.getsockname()[1]}", patience_seconds=0.1).send("GET", "/")

    def test_has_nothing_where_the_answer_is_empty(self, door: Door) -> None:
        door.answers = [(204, {}, b"")]

        assert transport(door.origin).send("POST", "/") is None


class TestShop:
    def test_renews_a_token_that_expired(self, door: Door) -> None:
        shop = Shop(door.origin)
        door.answers = [
            (200, {}, {"access": "first", "refresh": "r1"}),
            (401, {}, {"code": "not_authenticated"}),
            (200, {}, {"access": "second", "refresh": "r2"}),
            (200, {}, {"id": "7"}),
        ]
        shop.sign_in(email="a@example.com", password="secret")

        assert shop.product("7") == {"id": "7"}

        assert [credential for _, _, credential in door.asked] == ["", "Bearer first", "", "Bearer second"]

    def test_follows_pages_on_the_origin_it_was_given(self, door: Door) -> None:
        door.answers = [
            (200, {}, {"next": "https://shop.example/api/v1/products/?cursor=c2", "results": [{"id": 1}]}),
            (200, {}, {"next": None, "results": [{"id": 2}]}),
        ]

        assert [product["id"] for product in Shop(door.origin).products()] == [1, 2]

        assert door.asked[1][1] == "/api/v1/products/?cursor=c2"

    @pytest.mark.parametrize(
        ("fields", "is_in_memory"),
        [
            ({"Cache-Status": "opencommerce; hit; ttl=52"}, True),
            ({"Cache-Status": "opencommerce; fwd=miss"}, False),
            ({}, False),
        ],
    )
    def test_says_whether_a_product_was_in_memory(
        self, door: Door, fields: dict[str, str], *, is_in_memory: bool
    ) -> None:
        door.answers = [(200, fields, {"id": "7"})]

        assert Shop(door.origin).is_in_memory("7") is is_in_memory
