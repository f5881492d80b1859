"""What the client gets on the services' bad days."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable

import pytest

from tests.gateway_svc.door import Answer, Door
from tests.gateway_svc.upstream import BEHAVIOURS, FakeService

PRODUCTS = "/api/v1/products/"


def assert_problem(answer: Answer, status: int, code: str) -> None:
    assert answer.status == status
    assert answer.get("content-type") == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["request_id"] == answer.get("x-request-id")


class TestAServiceThatIsDown:
    def test_is_a_503_at_once_and_comes_back_by_itself(self, open_door: Callable[..., Door]) -> None:
        orders = FakeService(BEHAVIOURS)
        door = open_door(ORDER_SVC_URL=orders.url)
        assert door.ask("GET", "/api/v1/orders/").status == 200

        orders.stop()
        started = time.monotonic()
        answer = door.ask("GET", "/api/v1/orders/")
        took = time.monotonic() - started
        orders.start()

        assert_problem(answer, 503, "unavailable")
        assert answer.get("retry-after") == "1"
        assert took < 1
        assert door.ask("GET", "/api/v1/orders/").status == 200
        orders.close()

    def test_is_not_noticed_while_another_instance_lives(self, open_door: Callable[..., Door], service) -> None:
        door = open_door(ORDER_SVC_URL=f"http://127.0.0.1:1,{service.url}")

        assert {door.ask("POST", "/api/v1/cart/", body=b"{}").status for _ in range(6)} == {200}


class TestAServiceThatIsSlow:
    def test_is_a_503_too(self, open_door: Callable[..., Door], door: Door) -> None:
        started = time.monotonic()

        answer = door.ask("GET", PRODUCTS + "hang/")

        assert_problem(answer, 503, "timed_out")
        assert answer.get("retry-after") == "1"
        assert 9 < time.monotonic() - started < 12

    def test_is_left_alone_when_nobody_waits_any_more(self, door: Door, service: FakeService) -> None:
        with socket.create_connection(("127.0.0.1", door.port)) as connection:
            connection.sendall(b"GET /api/v1/products/hang/ HTTP/1.1\r\nHost: h\r\n\r\n")
            asked = service.first()
            assert not asked.given_up.wait(0.3)

        assert asked.given_up.wait(5)

    def test_is_left_alone_also_within_an_answer(self, door: Door, service: FakeService) -> None:
        with socket.create_connection(("127.0.0.1", door.port)) as connection:
            connection.sendall(b"GET /api/v1/products/drip/ HTTP/1.1\r\nHost: h\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")

        assert service.last.given_up.wait(5)


class TestAServiceThatBreaksOff:
    def test_before_its_answer_is_a_503(self, door: Door) -> None:
        assert_problem(door.ask("POST", "/api/v1/cart/die-before/", body=b"x"), 503, "unavailable")

    def test_is_a_503_also_when_it_has_said_no_more_than_the_head(self, door: Door) -> None:
        assert_problem(door.ask("POST", "/api/v1/cart/die-after-head/", body=b"x"), 503, "unavailable")

    @pytest.mark.parametrize("path", ["die-within/", "die-within-chunks/"])
    def test_within_its_answer_breaks_the_clients_connection(self, door: Door, path: str) -> None:
        with pytest.raises(http.client.IncompleteRead):
            door.ask("GET", PRODUCTS + path)

    def test_between_two_requests_is_not_noticed(self, open_door: Callable[..., Door]) -> None:
        orders = FakeService(BEHAVIOURS)
        door = open_door(ORDER_SVC_URL=orders.url)

        for _ in range(3):
            assert door.ask("POST", "/api/v1/cart/", body=b"{}").status == 200
            orders.stop()
            orders.start()
        orders.close()


class TestAServiceThatSaysNoMoreThanANumber:
    @pytest.mark.parametrize(
        ("said", "status", "code"),
        [
            (400, 400, "malformed"),
            (413, 413, "too_large"),
            (414, 400, "malformed"),
            (431, 431, "headers_too_large"),
            (500, 500, "internal_error"),
            (502, 502, "bad_gateway"),
            (503, 503, "unavailable"),
        ],
    )
    def test_is_put_into_words(self, door: Door, said: int, status: int, code: str) -> None:
        answer = door.ask("GET", f"{PRODUCTS}wordless/?{said}")

        assert_problem(answer, status, code)
        assert (answer.get("retry-after") is not None) == (status == 503)

    @pytest.mark.parametrize("said", [404, 409, 429])
    def test_is_not_said_to_have_said_another(self, door: Door, said: int) -> None:
        answer = door.ask("GET", f"{PRODUCTS}wordless/?{said}")

        assert (answer.status, answer.body) == (said, b"")

    def test_is_put_into_words_for_people_too(self, door: Door) -> None:
        answer = door.ask("GET", PRODUCTS + "wordless/?400", headers=[("Accept", "text/html")])

        assert (answer.status, answer.get("content-type")) == (400, "text/html; charset=utf-8")


class TestAServiceThatTalksNonsense:
    @pytest.mark.parametrize("path", ["garbage/", "ambiguous/", "injecting/", "endless-head/"])
    def test_is_a_502(self, door: Door, path: str) -> None:
        assert_problem(door.ask("GET", PRODUCTS + path), 502, "bad_gateway")

    def test_does_not_disturb_the_next(self, door: Door) -> None:
        for _ in range(5):
            door.ask("GET", PRODUCTS + "garbage/")
            door.ask("GET", PRODUCTS + "chunked/")

            assert door.ask("GET", PRODUCTS).status == 200
