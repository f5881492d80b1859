"""RabbitMQ, run privately: its own node, ports, cookie and name server, all of it on loopback."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from ops.errors import OpsError
from ops.servers.server import Server, on_path
from ops.supervisor.spec import Spec, Tier

_USER = "opencommerce"
_VHOST = "opencommerce"
# For every Erlang VM that the start script runs: the distribution port on loopback only, and no busy waiting.
_ERLANG_FLAGS = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"


class RabbitMQ(Server):
    """The broker for facts and tasks."""

    name = "rabbitmq"
    title = "RabbitMQ"
    variable = "OPENCOMMERCE_BROKER_URL"
    packages = ("rabbitmq-server",)
    port_names = ("rabbitmq", "rabbitmq-distribution", "epmd")

    @classmethod
    def find(cls) -> Path | None:
        """The script in the server's own folder: Debian's on the PATH works only with its own user and folders."""
        folders = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))
        return folders[-1] if folders else on_path("rabbitmq-server")

    def url(self) -> str:
        """The URL of its only user; there is no guest."""
        return f"amqp://{_USER}:{self._password}@127.0.0.1:{self.port}/{_VHOST}"

    @property
    def _password(self) -> str:
        return self.credentials.get("rabbitmq")

    def prepare(self) -> list[Spec]:
        """Write the configuration; the specs are those of the name server and the node. Raises OpsError."""
        program, epmd = self.find(), _find_epmd()
        if program is None or epmd is None:
            raise OpsError("RabbitMQ is not installed.")
        self.directory.mkdir(mode=0o700, exist_ok=True)
        (self.directory / "rabbitmq.conf").write_text(self._configuration())
        (self.directory / "rabbitmq.conf").chmod(0o600)
        (self.directory / "enabled_plugins").write_text("[].\n")
        return [self._name_server(epmd), self._node(program)]

    def _configuration(self) -> str:
        lines = [
            f"listeners.tcp.default = 127.0.0.1:{self.port}",
            f"default_user = {_USER}",
            f"default_pass = {self._password}",
            f"default_vhost = {_VHOST}",
            "log.console = true",
            "log.console.level = info",
            "log.connection.level = warning",
            "raft.wal_max_size_bytes = 16777216",
            "disk_free_limit.absolute = 100MB",
        ]
        return "\n".join(lines) + "\n"

    def _name_server(self, epmd: Path) -> Spec:
        port = self.port_of("epmd")
        return Spec(
            name="epmd",
            service=self.name,
            kind="epmd",
            argv=[str(epmd), "-address", "127.0.0.1", "-port", str(port)],
            environment=self.environment(),
            directory=str(self.directory),
            tier=Tier.FOUNDATION,
            port=port,
            probe=f"tcp:{port}",
            stop_seconds=3,
        )

    def _node(self, program: Path) -> Spec:
        return Spec(
            name=self.name,
            service=self.name,
            kind="rabbitmq",
            argv=[str(program)],
            environment=self._node_environment(),
            directory=str(self.directory),
            tier=Tier.SERVER,
            port=self.port,
            probe=f"tcp:{self.port}",
            stop_seconds=20,
        )

    def _node_environment(self) -> dict[str, str]:
        # The node's name is derived from the folder, so that it finds its data again after a restart.
        unique = hashlib.sha256(str(self.directory).encode()).hexdigest()[:12]
        return self.environment(
            ERL_EPMD_ADDRESS="127.0.0.1",
            ERL_EPMD_PORT=str(self.port_of("epmd")),
            ERL_FLAGS=_ERLANG_FLAGS,
            RABBITMQ_CONF_ENV_FILE="/dev/null",
            RABBITMQ_CONFIG_FILE=str(self.directory / "rabbitmq.conf"),
            RABBITMQ_ENABLED_PLUGINS_FILE=str(self.directory / "enabled_plugins"),
            RABBITMQ_NODENAME=f"opencommerce-{unique}@localhost",
            RABBITMQ_NODE_PORT=str(self.port),
            RABBITMQ_DIST_PORT=str(self.port_of("rabbitmq-distribution")),
            RABBITMQ_MNESIA_BASE=str(self.directory / "mnesia"),
            RABBITMQ_LOG_BASE=str(self.directory / "log"),
            RABBITMQ_LOGS="-",
            RABBITMQ_PID_FILE=str(self.directory / "node.pid"),
            RABBITMQ_SCHEDULER_BUSY_WAIT_THRESHOLD="none",
            RUNNING_UNDER_SYSTEMD="true",  # makes the script exec the node instead of watching it
        )

    @staticmethod
    def check(url: str) -> None:
        """Sign in to the virtual host."""
        from kombu import Connection

        with Connection(url, connect_timeout=3) as connection:
            connection.connect()


def _find_epmd() -> Path | None:
    """Erlang's name server: on the PATH, or in Erlang's own folder."""
    found = on_path("epmd")
    if found or not on_path("erl"):
        return found
    ask = 'io:format("~s", [code:root_dir()]), halt().'
    root = subprocess.run(["erl", "-noshell", "-eval", ask], capture_output=True, text=True, check=False).stdout
    return next(iter(sorted(Path(root).glob("erts-*/bin/epmd"), reverse=True)), None)
