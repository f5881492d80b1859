"""compose.yaml run without Docker: its jobs, commands, variables and health checks, on the files of its image.

A container becomes an address on the loopback interface and a folder for its /tmp; the servers are those that the
tests have anyway. As root, the process is confined as in compose.yaml: another user, without capabilities, on a file
system that is read-only except for /tmp. What Docker itself does is not tested: networks, limits and images.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.topology import SERVICES
from ops import compiled, compose_env
from ops.blueprint import Blueprint
from ops.state import State
from ops.supervisor.spec import Spec
from tests.architecture import composition, image

_START_SECONDS = 90.0
_MAY_CONFINE = os.geteuid() == 0
# Lets it read a checkout in a home folder that is closed to other users; it cannot write there.
_RIGHTS = "-all,+dac_read_search"
_CONFINE = f"""
set -e
mount --make-rprivate /
mount --bind "$VENV" /opt
mount --bind "$IMAGE" /srv
mount --bind "$MAILBOX" /media
mount --bind "$SCRATCH" /tmp
mount --options remount,bind,ro /
mount --options remount,bind,ro /srv
cd /srv
exec setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --pdeathsig TERM \\
    --inh-caps {_RIGHTS} --ambient-caps {_RIGHTS} --bounding-set {_RIGHTS} -- "$@"
"""


def _python(*, is_outside: bool = not _MAY_CONFINE) -> str:
    """Python's path. Inside it is mounted elsewhere, as the container's /tmp would hide a checkout below /tmp."""
    return sys.executable if is_outside else "/opt/bin/python"


@dataclass
class Container:
    """One service of compose.yaml, with the address and folders that it gets here."""

    name: str
    written: dict[str, Any]
    address: str
    scratch: Path
    image: Path
    mailbox: Path

    @property
    def is_job(self) -> bool:
        return self.name.endswith("-prepare")

    def command(self) -> list[str]:
        command = [self._here(word) for word in self.written["command"]]
        return ["unshare", "--mount", "sh", "-c", _CONFINE, "sh", *command] if _MAY_CONFINE else command

    def environment(self) -> dict[str, str]:
        of_image = {name: self._here(value) for name, value in image.variables().items()}
        path = os.pathsep.join([str(Path(_python()).parent), os.environ["PATH"]])
        folders = {"SCRATCH": self.scratch, "IMAGE": self.image, "MAILBOX": self.mailbox, "VENV": sys.prefix}
        folders = {name: str(folder) for name, folder in folders.items()}
        return {**of_image, **self.written["environment"], **folders, "PATH": path}

    def ails(self) -> str:
        """What its health check complains of; empty if it is healthy."""
        test = [self._here(word, is_outside=True) for word in self.written["healthcheck"]["test"][1:]]
        done = subprocess.run(test, cwd=self.image, env={}, capture_output=True, text=True, check=False)
        return done.stderr if done.returncode else ""

    def _here(self, text: str, *, is_outside: bool = not _MAY_CONFINE) -> str:
        """Translate paths and addresses of the container to this machine; a confined one has its own /tmp."""
        if text == "python":
            return _python(is_outside=is_outside)
        root = self.image if is_outside else Path("/srv")
        places = {"0.0.0.0:": f"{self.address}:", "127.0.0.1:8000": f"{self.address}:8000"}
        places |= {"/app": str(root), "/static": str(root / "static")}
        if is_outside:
            places["/tmp/"] = f"{self.scratch}/"
        for there, here in places.items():
            text = text.replace(there, here)
        return text


class Composed:
    """All containers with our own processes."""

    def __init__(self, state: State, blueprint: Blueprint) -> None:
        self.state = state
        self.servers = blueprint.server_urls()
        self.written = composition.as_written()["services"]
        self.mailbox = state.mailbox
        self.image = state.directory / "image"
        names = [name for name, each in self.written.items() if _is_ours(each)]
        self._addresses = {name: _address(number) for number, name in enumerate(names, start=1)}
        self.values = self._values(blueprint)
        written = composition.services(self.values)
        self.containers = [self._container(name, written[name]) for name in names]

    @property
    def is_compiled(self) -> bool:
        """Whether the gateway is compiled, as in the image."""
        return bool(compiled.variables())

    @property
    def url(self) -> str:
        return f"http://{self._addresses['gateway-svc-web']}:8000"

    def address_of(self, name: str) -> str:
        """The address that a container listens on."""
        return self._addresses[name]

    def build(self) -> None:
        """Copy the build context, and the modules compiled earlier: compiling them here would take a minute."""
        shutil.rmtree(self.image, ignore_errors=True)
        for path in image.sent():
            (self.image / path.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy(composition.ROOT / path, self.image / path)
        if self.is_compiled:
            shutil.copytree(compiled.place(), self.image, dirs_exist_ok=True)
        subprocess.run([sys.executable, "-m", "ops.collect", "static"], cwd=self.image, check=True)

    def prepare(self) -> None:
        """Run the jobs."""
        for job in (each for each in self.containers if each.is_job):
            done = subprocess.run(
                job.command(), cwd=self.image, env=job.environment(), capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{job.name}: {done.stdout}{done.stderr}"

    def specs(self) -> list[Spec]:
        """The specs of the containers that keep running, for the supervisor."""
        marker, _, run = self.state.marker.partition("=")
        return [
            Spec(
                name=each.name,
                service=None,
                kind="container",
                argv=each.command(),
                environment={**each.environment(), marker: run},
                directory=str(self.image),
                death_signal=not _MAY_CONFINE,
            )
            for each in self.containers
            if not each.is_job
        ]

    def wait_until_well(self) -> None:
        """Wait until every health check passes."""
        deadline = time.monotonic() + _START_SECONDS
        waiting = [each for each in self.containers if not each.is_job]
        while waiting := [each for each in waiting if each.ails()]:
            assert time.monotonic() < deadline, {each.name: each.ails() for each in waiting}
            time.sleep(0.5)

    def _container(self, name: str, written: dict[str, Any]) -> Container:
        scratch = self.state.directory / "tmp" / name
        scratch.mkdir(parents=True, exist_ok=True)
        for folder in (scratch, self.mailbox):
            folder.chmod(0o1777)
        return Container(name, written, self._addresses[name], scratch, self.image, self.mailbox)

    def _values(self, blueprint: Blueprint) -> dict[str, str]:
        """The values of a trial's .env, with the servers configured by URLs."""
        at = self._addresses
        values = compose_env.complete({}, public_url=None) | {"OPENCOMMERCE_PUBLIC_URL": self.url}
        values |= self.servers | {"OPENCOMMERCE_MAIL_URL": f"file://{'/media' if _MAY_CONFINE else self.mailbox}"}
        for service in SERVICES:
            name = service.name.replace("_", "-")
            values[service.database_variable] = blueprint.environment.database_url(service)
            values[service.url_variable] = f"http://{at[f'{name}-web']}:8000"
            if service.socket_prefixes:
                values[service.socket_url_variable] = f"http://{at[f'{name}-sockets']}:8000"
        return values


def _is_ours(written: dict[str, Any]) -> bool:
    return bool({"ops.run", "ops.prepare"} & set(written.get("command", [])))


def _address(number: int) -> str:
    """A loopback address that other test runs do not use."""
    run = os.getpid() % 40_000
    return f"127.{64 + run // 250}.{1 + run % 250}.{number}"
