"""The gateway as a process, and a client that can send it anything."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from ops import compiled

PUBLIC_URL = "https://shop.example"


def settle(is_so: Callable[[], bool], *, seconds: float = 8) -> None:
    """Wait until the condition holds."""
    give_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up_at, "it does not hold"
        time.sleep(0.02)


@dataclass
class Answer:
    """A response of the gateway."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key.lower() == name]

    def get(self, name: str) -> str | None:
        """The first value of a header."""
        return next(iter(self.all(name)), None)

    def json(self) -> Any:
        """The body, parsed as JSON."""
        return json.loads(self.body)


class Door:
    """A gateway process on a free port. With ``is_compiled`` it runs the compiled modules, if there are any; ``within``
    is a command prefix to start it with.
    """

    def __init__(
        self,
        variables: Mapping[str, str],
        log: Path,
        *,
        options: Sequence[str] = (),
        within: Sequence[str] = (),
        is_compiled: bool = True,
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = log
        self._file = log.open("wb")
        self._process = subprocess.Popen(
            [*within, sys.executable, "-m", "gateway_svc.gateway.server", "--port", str(self.port), *options],
            env={
                **os.environ,
                "OPENCOMMERCE_PUBLIC_URL": PUBLIC_URL,
                **variables,
                "PYTHONUNBUFFERED": "1",
                **(compiled.variables() if is_compiled else {}),
            },
            stdout=self._file,
            stderr=subprocess.STDOUT,
        )

    def wait(self, *, until: str = "/health/ready", seconds: float = 20) -> None:
        """Wait until it answers 200 at this path."""
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            try:
                if self.ask("GET", until).status == 200:
                    return
            except OSError:
                assert self._process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
        timeout: float = 15,
    ) -> Answer:
        """Make a request on a new connection. Raises what http.client raises if the response is incomplete."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if token is not None:
                connection.putheader("Authorization", f"Bearer {token}")
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def say(self, raw: bytes, *, seconds: float = 5) -> bytes:
        """Send raw bytes. Returns everything received until the connection is closed or silent for ``seconds``."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(raw)
            heard = b""
            try:
                while piece := connection.recv(65536):
                    heard += piece
            except TimeoutError:
                pass
            return heard

    @property
    def is_compiled(self) -> bool:
        """Whether it runs our C extensions."""
        return any("__mypyc" in each.path for each in psutil.Process(self._process.pid).memory_maps())

    def resident_bytes(self) -> int:
        """Its resident memory."""
        return int(psutil.Process(self._process.pid).memory_info().rss)

    def stop(self) -> int:
        """Stop it as the platform does, by SIGTERM. Returns its exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(10)
        finally:
            self._process.kill()
            self._file.close()
