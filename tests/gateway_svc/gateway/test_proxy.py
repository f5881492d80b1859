"""Requests and answers on their way through."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import io
import os
import socket
import threading
import time
from functools import partial

import pytest

from gateway_svc.gateway.asgi import Message
from gateway_svc.gateway.body import gather
from gateway_svc.gateway.problems import ClientTooSlow
from tests.gateway_svc.door import Door
from tests.gateway_svc.signing import Signer
from tests.gateway_svc.upstream import FakeService

PRODUCTS = "/api/v1/products/"
FILES = "/api/v1/files/"
CART = "/api/v1/cart/"
MEBIBYTE = 1024 * 1024


class TestAnswers:
    def test_come_back_untouched(self, door: Door, service: FakeService) -> None:
        answer = door.ask("GET", PRODUCTS + "special/")

        assert answer.status == 302
        assert answer.get("location") == "/elsewhere"
        assert answer.all("set-cookie") == ["a=1", "b=2"]
        assert answer.get("content-encoding") == "gzip"
        assert answer.body == b"not really gzip"
        assert answer.get("x-private") is None

    def test_say_once_when_they_were_given(self, door: Door) -> None:
        [date] = door.ask("GET", PRODUCTS + "special/").all("date")

        assert "1994" not in date

    def test_of_one_client_set_no_cookie_for_the_next(self, door: Door, service: FakeService) -> None:
        door.ask("GET", PRODUCTS + "special/")
        door.ask("GET", PRODUCTS)

        assert service.last.get("cookie") is None

    @pytest.mark.parametrize(
        ("path", "status", "body"),
        [
            ("chunked/", 200, b"hello, world"),
            ("until-closed/", 200, b"until the end"),
            ("nothing/", 204, b""),
            ("provisional/", 200, b"final"),
        ],
    )
    def test_end_where_they_should(self, door: Door, path: str, status: int, body: bytes) -> None:
        answer = door.ask("GET", PRODUCTS + path)

        assert (answer.status, answer.body) == (status, body)

    def test_to_head_have_no_body(self, door: Door) -> None:
        answer = door.ask("HEAD", PRODUCTS)

        assert (answer.status, answer.body) == (200, b"")

    def test_come_over_kept_connections(self, door: Door, service: FakeService) -> None:
        before = service.connections

        for _ in range(10):
            assert door.ask("GET", PRODUCTS).status == 200

        assert service.connections - before <= 1


class TestRequestIds:
    def test_are_made_and_told_everywhere(self, door: Door, service: FakeService) -> None:
        answer = door.ask("GET", PRODUCTS)

        request_id = answer.get("x-request-id")
        assert len(request_id) == 32
        assert answer.all("x-request-id") == [request_id]
        assert service.last.get("x-request-id") == request_id

    def test_of_the_caller_are_kept_when_well_formed(self, door: Door, service: FakeService) -> None:
        answer = door.ask("GET", PRODUCTS, headers=[("X-Request-ID", "my-request.1")])

        assert answer.get("x-request-id") == service.last.get("x-request-id") == "my-request.1"

    @pytest.mark.parametrize("bad", ["short", "x" * 65, "with space", "<script>alert</script>"])
    def test_of_the_caller_are_replaced_when_not(self, door: Door, bad: str) -> None:
        assert door.ask("GET", PRODUCTS, headers=[("X-Request-ID", bad)]).get("x-request-id") != bad

    def test_stand_on_refusals_too(self, door: Door) -> None:
        answer = door.ask("GET", "/nope", headers=[("X-Request-ID", "my-request.2")])

        assert answer.get("x-request-id") == answer.json()["request_id"] == "my-request.2"

    def test_a_trace_is_continued(self, door: Door, service: FakeService) -> None:
        trace = "0af7651916cd43dd8448eb211c80319c"

        door.ask("GET", PRODUCTS, headers=[("traceparent", f"00-{trace}-b7ad6b7169203331-01")])

        _, trace_id, span, _ = service.last.get("traceparent").split("-")
        assert trace_id == trace
        assert span != "b7ad6b7169203331"


class TestBodies:
    @pytest.mark.parametrize("size", [0, 1, 70_000, MEBIBYTE])
    def test_arrive_whole(self, door: Door, signer: Signer, size: int) -> None:
        body = os.urandom(size)

        got = door.ask("POST", PRODUCTS, token=signer.token(), body=body).json()

        assert got == {"method": "POST", "target": PRODUCTS, "length": size, "sha256": hashlib.sha256(body).hexdigest()}

    @pytest.mark.parametrize("size", [1, 300_000])
    def test_in_chunks_arrive_with_their_length(self, door: Door, service: FakeService, size: int) -> None:
        body = os.urandom(size)
        connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=10)

        connection.request("POST", CART, body=iter([body[: size // 2], body[size // 2 :]]), encode_chunked=True)
        response = connection.getresponse()
        response.read()
        connection.close()

        assert response.status == 200
        assert service.last.get("content-length") == str(size)
        assert service.last.get("transfer-encoding") is None
        assert service.last.sha256 == hashlib.sha256(body).hexdigest()

    def test_announced_as_too_large_are_refused_unread(self, door: Door, service: FakeService) -> None:
        head = f"POST {CART} HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: {MEBIBYTE + 1}\r\n\r\n"

        heard = door.say(head.encode(), seconds=2)

        assert heard.startswith(b"HTTP/1.1 413")
        assert b'"code":"too_large"' in heard
        assert not service.asked

    def test_that_turn_out_too_large_are_refused(self, door: Door, service: FakeService) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=10)

        connection.request("POST", CART, body=iter([b"x" * 65536] * 40), encode_chunked=True)
        response = connection.getresponse()
        problem = response.read()
        connection.close()

        assert response.status == 413
        assert b'"code":"too_large"' in problem
        assert not service.asked

    def test_far_too_large_are_answered_to_clients_that_read_last(self, door: Door, signer: Signer) -> None:
        answer = door.ask("POST", FILES, token=signer.token(), body=b"x" * (200 * MEBIBYTE))

        assert answer.status == 413
        assert answer.json()["request_id"] == answer.get("x-request-id")

    def test_of_files_may_be_larger(self, door: Door, signer: Signer) -> None:
        body = os.urandom(2 * MEBIBYTE)

        assert door.ask("POST", FILES, token=signer.token(), body=body).json()["length"] == len(body)
        assert door.ask("PATCH", FILES, token=signer.token(), body=body).status == 413

    def test_refused_early_by_the_service_are_answered(self, door: Door) -> None:
        answer = door.ask("PUT", "/api/v1/cart/early/", body=b"x" * 900_000)

        assert (answer.status, answer.body) == (401, b"no")

    def test_flow_without_being_kept(self, door: Door, service: FakeService, signer: Signer) -> None:
        body = os.urandom(25 * MEBIBYTE)
        door.ask("POST", FILES, token=signer.token(), body=body)
        before = door.resident_bytes()
        peaks: list[int] = []
        upload = partial(door.ask, "POST", FILES, token=signer.token(), body=body)
        threads = [threading.Thread(target=upload) for _ in range(4)]

        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            peaks.append(door.resident_bytes())
            time.sleep(0.02)

        assert max(peaks) - before < 12 * MEBIBYTE

    def test_of_answers_flow_without_being_kept(self, door: Door) -> None:
        before = door.resident_bytes()
        with socket.create_connection(("127.0.0.1", door.port), timeout=10) as connection:
            connection.sendall(b"GET /api/v1/products/big/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")

            time.sleep(1)
            while_nobody_reads = door.resident_bytes()
            size = 0
            while piece := connection.recv(1 << 20):
                size += len(piece)

        assert size > 100 * MEBIBYTE
        assert while_nobody_reads - before < 12 * MEBIBYTE
        assert door.resident_bytes() - before < 12 * MEBIBYTE

    def test_of_answers_do_not_wait_at_the_service_for_slow_readers(self, door: Door, service: FakeService) -> None:
        with socket.create_connection(("127.0.0.1", door.port), timeout=10) as connection:
            connection.sendall(b"GET /api/v1/products/generous/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            is_given_while_nobody_reads = service.has_given.wait(3)
            size = sum(map(len, iter(lambda: connection.recv(1 << 20), b"")))

        assert is_given_while_nobody_reads
        assert size > 24 * MEBIBYTE

    def test_reach_the_service_only_once_they_are_whole(self, door: Door, service: FakeService) -> None:
        head = f"POST {CART} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 500000\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", door.port), timeout=5) as connection:
            connection.sendall(head + b"x" * 499_999)
            time.sleep(0.3)
            asked_too_soon = list(service.asked)
            connection.sendall(b"x")
            heard = connection.recv(1000)

        assert not asked_too_soon
        assert heard.startswith(b"HTTP/1.1 200")
        assert service.last.length == 500_000

    def test_whose_sender_goes_away_never_reach_the_service(self, door: Door, service: FakeService) -> None:
        head = f"POST {CART} HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", door.port)) as connection:
            connection.sendall(head + b"x" * 100_000)
        time.sleep(0.3)

        assert not service.asked

    def test_may_not_take_for_ever(self) -> None:
        async def drip() -> Message:
            await asyncio.sleep(0.01)
            return {"type": "http.request", "body": b"x", "more_body": True}

        with pytest.raises(ClientTooSlow):
            asyncio.run(gather(drip, io.BytesIO(), idle_seconds=5, within=0.1))
