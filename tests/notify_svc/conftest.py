"""A real Daphne on the test database, and a client of its sockets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection as database
from websockets.sync.client import ClientConnection, connect

from common.testing.plugin import sign_assertion
from common.testing.private_redis import free_port
from ops import asyncapi_document

UNREACHABLE_REDIS = "redis://127.0.0.1:1/0"


class Daphne:
    """The socket process of notify_svc, as it runs in production."""

    def __init__(self, **environment: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "daphne", "-v0", "-b", "127.0.0.1", "-p", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "notify_svc.config.asgi:application"],
            env={**os.environ, "NOTIFY_SVC_DATABASE_URL": database_url(), **environment},
        )
        self._wait_until_live()

    @contextmanager
    def connect(self, path: str = "/ws/notifications/", **options: Any) -> Iterator[ClientConnection]:
        """Open a WebSocket without an assertion."""
        with connect(f"ws://127.0.0.1:{self.port}{path}", proxy=None, open_timeout=10, **options) as connection:
            yield connection

    @contextmanager
    def follow(self, user_id: uuid.UUID | str, query: str = "", *, max_queue: int | None = None) -> Iterator[Feed]:
        """Open a person's feed, as the gateway does; up to ``max_queue`` messages are buffered."""
        assertion = sign_assertion(audience="notify_svc", user_id=uuid.UUID(str(user_id)), roles=("customer",))
        headers = {"X-Gateway-Assertion": assertion}
        # A client with a full buffer would see the response to its close frame only after ten seconds.
        path = f"/ws/notifications/{query}"
        with self.connect(path, additional_headers=headers, max_queue=max_queue) as connection:
            yield Feed(connection)

    def stop(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait(timeout=20)

    def _wait_until_live(self) -> None:
        give_up_at = time.monotonic() + 30
        while time.monotonic() < give_up_at and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=1) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("Daphne did not start")


class Feed:
    """An open feed, read message by message."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def next(self, *, within_seconds: float = 10) -> Any:
        """The next message, checked against the AsyncAPI document."""
        message = json.loads(self.connection.recv(timeout=within_seconds))
        asyncapi_document.require_documented(f"feed.{message['type']}", message)
        return message

    def sequences(self, count: int, *, within_seconds: float = 10) -> list[int]:
        """The sequences of the next notifications."""
        return [self.next(within_seconds=within_seconds)["sequence"] for _ in range(count)]

    def is_silent(self, *, for_seconds: float = 0.3) -> bool:
        """Whether no message comes within this time."""
        try:
            self.connection.recv(timeout=for_seconds)
        except TimeoutError:
            return True
        return False


def database_url() -> str:
    """The URL of the test database, for other processes."""
    of = database.settings_dict
    return f"postgres://{quote(of['USER'])}:{quote(of['PASSWORD'] or '')}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


@pytest.fixture(scope="module")
def daphne(django_db_setup: None) -> Iterator[Daphne]:
    """Daphne, with PostgreSQL and Redis."""
    server = Daphne()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def daphne_without_redis(django_db_setup: None) -> Iterator[Daphne]:
    """Daphne without Redis, so that it gets no wake-ups."""
    server = Daphne(OPENCOMMERCE_REDIS_URL=UNREACHABLE_REDIS)
    yield server
    server.stop()


@pytest.fixture
def in_threads(transactional_db: None) -> Callable[..., None]:
    """``in_threads(function, arguments)``: call it with each argument in parallel, each on its own connection."""
    from concurrent.futures import ThreadPoolExecutor

    def call(function: Callable[[Any], object], arguments: list[Any]) -> None:
        def alone(argument: Any) -> None:
            try:
                function(argument)
            finally:
                database.close()

        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(alone, arguments))

    return call
