"""A platform of the benchmarks' own, whose data are kept from one run to the next."""

from __future__ import annotations

import base64
import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen
from tempfile import TemporaryFile
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.api import assertion
from common.topology import SERVICES, Service
from ops import interrupts
from ops.django_commands import blueprint_of
from ops.errors import OpsError
from ops.platform import Platform
from ops.progress import Say
from ops.servers import SERVERS, Postgres
from ops.state import LOCAL, ROOT, State
from ops.supervisor.spec import Spec

_A_DAY_OF_SECONDS = 86_400
_LINES_OF_A_FAILURE = 40


class Stage:
    """A platform that nobody else uses."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._blueprint = blueprint_of(platform.state)

    def manage(self, service: Service, *arguments: str, say: Say = lambda _: None) -> str:
        """Run a service's manage.py and return its output; ``say`` gets each line of stderr. Raises OpsError."""
        variables = self._blueprint.environment.of_service(service) | {"OPENCOMMERCE_LOG_LEVEL": "WARNING"}
        command = [sys.executable, str(ROOT / service.name / "manage.py"), *arguments]
        with TemporaryFile("w+") as printed:
            with Popen(command, env=variables, stdout=printed, stderr=PIPE, text=True) as process:
                said = _listen(process, say)
            if process.returncode != 0:
                raise OpsError(f"{service.name} {arguments[0]} failed:\n{said}")
            printed.seek(0)
            return printed.read()

    def restart(self) -> None:
        """Take the platform down and bring it up again."""
        self.platform.down()
        self.platform.up(attached=True)

    def spec(self, name: str) -> Spec:
        """How a process is started."""
        return next(spec for spec in self._blueprint.application_specs() if spec.name == name)

    def port(self, name: str) -> int:
        """The port that a process listens on. Raises OpsError if there is none."""
        port = self.spec(name).port
        if port is None:
            raise OpsError(f"{name} does not listen.")
        return port

    def database_url(self, service: Service) -> str:
        """The service's own database, with its own role."""
        return self._blueprint.environment.database_url(service)

    def administrators_url(self, database: str = "postgres") -> str:
        """Any database, as superuser, so that statements do not count as those of a service."""
        return urlsplit(self._blueprint.server_urls()[Postgres.variable])._replace(path=f"/{database}").geturl()

    @property
    def broker_url(self) -> str:
        """The URL of RabbitMQ."""
        return self._blueprint.server_urls()["OPENCOMMERCE_BROKER_URL"]

    @property
    def redis_url(self) -> str:
        """The URL of the Redis that all services share."""
        return self._blueprint.server_urls()["OPENCOMMERCE_REDIS_URL"]

    def roots(self, *names: str) -> dict[str, int]:
        """The pids of processes, by name; of all when none is named."""
        running = self.platform.daemon.processes()
        return {name: running[name]["identity"]["pid"] for name in names or running}

    def gateways_header(self, service: Service) -> dict[str, str]:
        """An assertion like the gateway's, for an anonymous visitor; valid for a day."""
        key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(self._blueprint.environment.assertion_key()))
        return {assertion.HEADER: assertion.sign(key, audience=service.name, life_seconds=_A_DAY_OF_SECONDS)}


def _listen(process: Popen[str], say: Say) -> str:
    """Pass each line of stderr on until the process ends, and return the last ones. On an exception, kill it."""
    last: deque[str] = deque(maxlen=_LINES_OF_A_FAILURE)
    try:
        for line in process.stderr or ():
            last.append(line)
            say(line.strip())
    except BaseException:
        process.kill()
        raise
    return "".join(last)


@contextmanager
def stage(name: str = "bench", *, fresh: bool) -> Iterator[Stage]:
    """Bring a platform up, beside one that may be running, without rate limits, and take it down in any case.

    Stages of different names have data of their own.
    """
    _refuse_what_is_given()
    os.environ.update(OPENCOMMERCE_RATE_LIMITS="off")
    platform = Platform(State(LOCAL / name))
    platform.up(fresh=fresh, attached=True)
    try:
        yield Stage(platform)
    finally:
        with interrupts.uninterrupted():
            platform.down()


def _refuse_what_is_given() -> None:
    """Raise OpsError if servers are configured by variables: their data may matter to somebody."""
    variables = [kind.variable for kind in SERVERS] + [service.database_variable for service in SERVICES]
    given = [name for name in variables if os.environ.get(name)]
    if given:
        raise OpsError(f"This benchmark runs servers of its own. Unset {', '.join(given)}.")
