"""The platform as an object: bring it up, describe it, kill parts of it for a test, take it down."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from typing import Any

from ops import interrupts, ports, procfs, provision
from ops.blueprint import Blueprint
from ops.daemon import Daemon
from ops.errors import OpsError
from ops.progress import Say, step
from ops.state import State
from ops.status import Status

_SERVER_SECONDS = 120.0
_APPLICATION_SECONDS = 180.0


class Platform:
    """One run of everything, in one state folder."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self.daemon = Daemon(self.state)

    def up(
        self,
        *,
        port: int | None = None,
        fresh: bool = False,
        scale: Mapping[str, int] | None = None,
        attached: bool = False,
        then: Callable[[Platform], None] | None = None,
    ) -> None:
        """Bring everything up; returns once it is healthy. Raises AlreadyRunning or another OpsError.

        ``attached``: everything stops when this process dies, however it dies. ``then`` is called last; if it raises,
        everything is stopped again.
        """
        lock = self.state.lock()
        public, claim = ports.claim_public(port)
        try:
            blueprint = self._clean_blueprint(public, scale, fresh=fresh)
            self._start_servers(blueprint, keep_open=(lock, claim.fileno()), attached=attached)
            with step("Databases, queues and bucket") as say:
                provision.provision_databases(blueprint)
                provision.prepare_services(blueprint, say)
            self._start_applications(blueprint)
            if then:
                then(self)
        except BaseException:
            with interrupts.uninterrupted():
                self.daemon.stop()
            raise
        finally:
            claim.close()
            os.close(lock)

    def up_servers(self, *, attached: bool = True) -> Blueprint:
        """Bring up only the servers, with database roles that may create test databases."""
        lock = self.state.lock()
        try:
            blueprint = self._clean_blueprint(ports.FIRST_PUBLIC, None, fresh=False)
            self._start_servers(blueprint, keep_open=(lock,), attached=attached)
            provision.provision_databases(blueprint, for_tests=True)
        except BaseException:
            with interrupts.uninterrupted():
                self.daemon.stop()
            raise
        finally:
            os.close(lock)
        return blueprint

    def down(self) -> None:
        """Stop everything that this run started, and nothing else. Safe to repeat, and after a crash."""
        self.daemon.stop()

    def is_up(self) -> bool:
        """Whether its supervisor is running."""
        return self.state.supervisor() is not None

    def leftovers(self) -> bool:
        """Whether processes of it are left running, as after a crash."""
        return bool(procfs.carrying(self.state.marker))

    def status(self) -> dict[str, Any]:
        """The status, as printed by ``status --json``."""
        return Status(self.state).collect()

    @property
    def url(self) -> str:
        """The gateway's public origin."""
        return str(self.state.read("run")["gateway"])

    @property
    def admin(self) -> dict[str, str]:
        """The first administrator's email and password."""
        admin: dict[str, str] = self.state.read("run")["admin"]
        return admin

    def wait_until_healthy(self, *, seconds: float = _APPLICATION_SECONDS, say: Say = lambda _: None) -> None:
        """Return once every process runs, every queue has a consumer and the gateway is ready. Raises OpsError."""
        deadline = time.monotonic() + seconds
        status = Status(self.state)
        while missing := status.missing():
            self.daemon.require_hope()
            if time.monotonic() > deadline:
                raise OpsError(f"Not healthy after {seconds:.0f} s: {', '.join(missing)}.")
            say(f"waiting for {len(missing)}: {', '.join(missing[:3])}{' …' if len(missing) > 3 else ''}")
            time.sleep(0.25)

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to a process or server by its name. Returns its pid. Raises OpsError if it is not running."""
        pid = Status(self.state).pid_of(name)
        if pid is None:
            raise OpsError(f"Nothing by the name {name} runs now.")
        os.kill(pid, number)
        return pid

    def _clean_blueprint(self, port: int, scale: Mapping[str, int] | None, *, fresh: bool) -> Blueprint:
        self.daemon.sweep()  # processes left by a crash would still use our data
        if fresh:
            self.state.wipe()
        blueprint = Blueprint(self.state, public_port=port, scale=scale)
        self.state.write("run", blueprint.description())
        return blueprint

    def _start_servers(self, blueprint: Blueprint, *, keep_open: tuple[int, ...], attached: bool) -> None:
        blueprint.find_servers()
        with step(f"Servers: {', '.join(server.title for server in blueprint.servers) or 'given'}"):
            self.daemon.start(blueprint.server_specs, keep_open=keep_open, attached=attached)
            provision.wait_for_servers(blueprint, seconds=_SERVER_SECONDS, still_trying=self.daemon.require_hope)

    def _start_applications(self, blueprint: Blueprint) -> None:
        with step("Services") as say:
            self.daemon.change([*blueprint.server_specs, *blueprint.application_specs()])
            self.wait_until_healthy(say=say)
