"""The door inside: how a process that answers no requests is looked at."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse

import pytest

from common.observability import inside, metrics
from common.testing.private_redis import free_port


@pytest.fixture
def open_door(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """``open_door(states)``: a door with these states; the port it is at."""

    monkeypatch.setattr(metrics, "_refreshers", [])  # no service stands behind this door

    def make(states: inside.States = dict, **options) -> int:
        port = free_port()
        monkeypatch.setenv("OPENCOMMERCE_INSIDE_ADDRESS", f"127.0.0.1:{port}")
        inside.open_door(states, **options)
        return port

    return make


def ask(port: int, path: str) -> tuple[int, str, bytes]:
    """Once somebody is there."""
    give_up_at = time.monotonic() + 20
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            answer: HTTPResponse = connection.getresponse()
            return answer.status, answer.getheader("Content-Type") or "", answer.read()
        except ConnectionRefusedError:
            assert time.monotonic() < give_up_at
            time.sleep(0.02)


class TestOpenDoor:
    def test_tells_that_the_process_lives(self, open_door: Callable[..., int]) -> None:
        assert ask(open_door(), "/health/live")[0] == 200

    def test_tells_what_is_missing(self, open_door: Callable[..., int]) -> None:
        port = open_door(lambda: {"database": "ok", "redis": "missing: TimeoutError"})

        status, _, body = ask(port, "/health/ready")

        assert status == 503
        assert json.loads(body) == {
            "status": "not ready",
            "checks": {"database": "ok", "redis": "missing: TimeoutError"},
        }

    def test_tells_that_nothing_is_missing(self, open_door: Callable[..., int]) -> None:
        assert ask(open_door(lambda: {"database": "ok"}), "/health/ready")[0] == 200

    def test_shows_metrics(self, open_door: Callable[..., int]) -> None:
        status, kind, body = ask(open_door(), "/metrics")

        assert (status, kind.partition(";")[0]) == (200, "text/plain")
        assert b"opencommerce_build_info" in body

    @pytest.mark.parametrize("path", ["/", "/metrics/", "/health/", "/health/figures"])
    def test_leads_nowhere_else(self, open_door: Callable[..., int], path: str) -> None:
        assert ask(open_door(), path)[0] == 404

    def test_calls_back_after_each_request(self, open_door: Callable[..., int]) -> None:
        ends: list[str] = []

        ask(open_door(afterwards=lambda: ends.append("end")), "/health/live")

        assert ends == ["end"]

    def test_opens_when_the_port_becomes_free(
        self, monkeypatch: pytest.MonkeyPatch, open_door: Callable[..., int]
    ) -> None:
        monkeypatch.setattr(inside, "_PATIENCE_SECONDS", 0.05)
        with socket.create_server(("127.0.0.1", 0)) as squatter:
            port = squatter.getsockname()[1]
            monkeypatch.setenv("OPENCOMMERCE_INSIDE_ADDRESS", f"127.0.0.1:{port}")
            inside.open_door(dict)
            time.sleep(0.2)

        assert ask(port, "/health/live")[0] == 200

    def test_is_not_there_unless_it_is_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("OPENCOMMERCE_INSIDE_ADDRESS", raising=False)
        names = [thread.name for thread in threading.enumerate()]

        inside.open_door(dict)

        assert [thread.name for thread in threading.enumerate()] == names
