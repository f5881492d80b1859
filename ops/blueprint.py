"""The plan of one run: which servers, which processes, on which ports, with which variables."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from common.topology import GATEWAY, SERVICES
from ops import apt, ports, processes
from ops.credentials import Credentials
from ops.environment import Environment, given_or, needs_postgres
from ops.errors import OpsError
from ops.servers import SERVERS, Postgres, Server
from ops.state import State
from ops.supervisor.spec import Spec

GATEWAY_WEB = processes.web_names(GATEWAY, 1)[0]


class Blueprint:
    """Everything that follows from a state folder, the caller's environment, a port and a scale.

    With ``as_it_is`` the run may be up, so its ports are used as remembered, even if they are taken.
    """

    def __init__(
        self,
        state: State,
        *,
        public_port: int,
        scale: Mapping[str, int] | None = None,
        as_it_is: bool = False,
    ) -> None:
        self.state = state
        self.scale = dict(scale or {})
        self.credentials = Credentials(state)
        own = [kind for kind in SERVERS if not kind.given_url() and (kind is not Postgres or needs_postgres())]
        names = [name for kind in own for name in kind.port_names] + processes.port_names(self.scale)
        self._ports = {**ports.remembered(state, names, as_they_are=as_it_is), GATEWAY_WEB: public_port}
        self.servers: list[Server] = [kind(state, self.credentials, self._ports.__getitem__) for kind in own]
        self.public_url = given_or("OPENCOMMERCE_PUBLIC_URL", lambda: f"http://127.0.0.1:{public_port}")
        self.environment = Environment(
            state,
            self.credentials,
            server_urls=self.server_urls(),
            addresses=processes.addresses(self.scale, self._ports.__getitem__),
            public_url=self.public_url,
        )

    def server_urls(self) -> dict[str, str]:
        """Each server's URL, configured or our own, by the variable that holds it."""
        given = {kind.variable: url for kind in SERVERS if (url := kind.given_url())}
        return {**given, **{server.variable: server.url() for server in self.servers}}

    def find_servers(self) -> None:
        """Make sure that each server's program is on this machine, installing it if possible. Raises OpsError."""
        missing = [server for server in self.servers if server.find() is None]
        packages = [package for server in missing for package in server.packages]
        if packages and apt.can_install():
            apt.install(packages, self.state.logs / "apt.log")
        for server in missing:
            if server.find() is None:
                raise OpsError(_how_to_get(server, self.state))

    @cached_property
    def server_specs(self) -> list[Spec]:
        """The servers' processes. The first access, before they run, writes the files that they need to start."""
        if any(isinstance(server, Postgres) for server in self.servers):
            _require_setpriv()
        return [spec for server in self.servers for spec in server.prepare()]

    def application_specs(self) -> list[Spec]:
        """The platform's own processes."""
        return processes.table(self.environment, self.scale, self._ports.__getitem__)

    def description(self) -> dict[str, Any]:
        """What other commands have to know about this run, as plain data."""
        return {
            "gateway": self.public_url,
            "port": self._ports[GATEWAY_WEB],
            "scale": self.scale,
            "admin": self.environment.admin(),
            "mailbox": self.environment.mailbox().removeprefix("file://"),
            "servers": self._described_servers(),
            "broker": self.server_urls()["OPENCOMMERCE_BROKER_URL"],
            "databases": {service.name: self.environment.database_url(service) for service in SERVICES},
        }

    def _described_servers(self) -> list[dict[str, Any]]:
        urls = self.server_urls()
        return [{"name": kind.name, "url": urls[kind.variable]} for kind in SERVERS if kind.variable in urls]


def _require_setpriv() -> None:
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        raise OpsError("PostgreSQL refuses to run as root, and setpriv (util-linux) is missing. Run as another user.")


def _how_to_get(server: Server, state: State) -> str:
    log = state.logs / "apt.log"
    tried = f" (apt-get failed: {log})" if log.exists() else ""
    packages = f"Install {' '.join(server.packages)}, or give" if server.packages else "Give"
    return (
        f"There is no {server.title} on this machine, and it could not be installed{tried}.\n"
        f"{packages} the URL of one in {server.variable}, or use Docker: docker compose up"
    )
