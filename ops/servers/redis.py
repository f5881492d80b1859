"""Redis, run privately: it holds caches, rate limits and wake-ups, so nothing is persisted."""

from __future__ import annotations

from pathlib import Path

from ops.errors import OpsError
from ops.servers.server import Server, on_path
from ops.supervisor.spec import Spec, Tier


class Redis(Server):
    """The store for data that must be fast and may be lost."""

    name = "redis"
    title = "Redis"
    variable = "OPENCOMMERCE_REDIS_URL"
    packages = ("redis-server",)
    port_names = ("redis",)

    @classmethod
    def find(cls) -> Path | None:
        """Redis, or Valkey, which is compatible."""
        return on_path("redis-server", "valkey-server")

    def url(self) -> str:
        """The URL of its first database."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    @property
    def _password(self) -> str:
        return self.credentials.get("redis")

    def prepare(self) -> list[Spec]:
        """Write the configuration to a file: a password on the command line could be read by every user."""
        program = self.find()
        if program is None:
            raise OpsError("Redis is not installed.")
        self.directory.mkdir(mode=0o700, exist_ok=True)
        configuration = self.directory / "redis.conf"
        configuration.write_text(self._configuration())
        configuration.chmod(0o600)
        return [
            Spec(
                name=self.name,
                service=self.name,
                kind="redis",
                argv=[str(program), str(configuration)],
                environment=self.environment(),
                directory=str(self.directory),
                tier=Tier.SERVER,
                port=self.port,
                probe=f"tcp:{self.port}",
            )
        ]

    def _configuration(self) -> str:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self._password}",
            'save ""',
            "appendonly no",
            "maxmemory 128mb",
            "maxmemory-policy volatile-lru",
            'logfile ""',
            "daemonize no",
        ]
        return "\n".join(lines) + "\n"

    @staticmethod
    def check(url: str) -> None:
        """Sign in and ping."""
        import redis

        with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
            client.ping()
