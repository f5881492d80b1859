"""A Redis that a test may freeze and kill."""

from __future__ import annotations

import signal
import socket
import subprocess

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry


class PrivateRedis:
    """A Redis server of a test's own, which keeps nothing when it ends."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it, empty."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - of our own words
        with Redis.from_url(self.url, retry=Retry(ConstantBackoff(0.1), 100)) as client:
            client.ping()

    def freeze(self) -> None:
        """Let it hang: it takes connections and never answers."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it was."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        self.process.wait(timeout=10)


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
