"""PostgreSQL, run privately: TCP on loopback only, always with passwords, small."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from ops.errors import OpsError
from ops.servers.server import Server, on_path
from ops.supervisor.spec import Spec, Tier

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may have 107 bytes; ours may be longer
    "max_connections": "150",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",  # inside the data folder, where a crash leaves nothing behind
    "max_wal_size": "512MB",
    "jit": "off",
    "log_min_messages": "warning",
}


class Postgres(Server):
    """The databases."""

    name = "postgres"
    title = "PostgreSQL"
    variable = "OPENCOMMERCE_POSTGRES_URL"
    packages = ("postgresql",)
    port_names = ("postgres",)

    @classmethod
    def find(cls) -> Path | None:
        """The ``postgres`` program: the newest version's, as Debian keeps each in a folder that is not on the PATH."""
        installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
        newest = max(installed, key=lambda path: int(path.parts[-3]), default=None)
        found = newest or on_path("postgres")
        return found.resolve() if found else None

    def url(self) -> str:
        """The administrator's URL."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self.port}/postgres"

    @property
    def _password(self) -> str:
        return self.credentials.get("postgres")

    def prepare(self) -> list[Spec]:
        """Create the cluster if there is none. Raises OpsError."""
        program = self.find()
        if program is None:
            raise OpsError("PostgreSQL is not installed.")
        if not self.directory.exists():
            self._initialise(program.with_name("initdb"))
        # No process of this run is alive, but its old pid may be another program's now, which would prevent the start.
        (self.directory / "postmaster.pid").unlink(missing_ok=True)
        settings = [option for key, value in _SETTINGS.items() for option in ("-c", f"{key}={value}")]
        argv = [*_as_postgres(), str(program), "-D", str(self.directory), "-p", str(self.port), *settings]
        return [
            Spec(
                name=self.name,
                service=self.name,
                kind="postgres",
                argv=argv,
                environment=self.environment(),
                directory="/",
                tier=Tier.SERVER,
                port=self.port,
                probe=f"tcp:{self.port}",
                stop_signal=2,  # SIGINT is its fast shutdown; SIGTERM would wait for every client
                stop_seconds=20,
                death_signal=os.geteuid() != 0,
            )
        ]

    def _initialise(self, initdb: Path) -> None:
        """Create the cluster in another folder and rename that, so that an incomplete one is never used."""
        draft = self.directory.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file = draft.with_suffix(".password")
        password_file.write_text(self._password)
        password_file.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(draft, _account())
            shutil.chown(password_file, _account())
        options = ["--username=postgres", f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8"]
        command = [*_as_postgres(), str(initdb), f"--pgdata={draft}", "--locale=C.UTF-8", "--no-instructions", *options]
        done = subprocess.run(command, env=self.environment(), cwd="/", capture_output=True, text=True, check=False)
        password_file.unlink()
        if done.returncode != 0:
            raise OpsError(f"initdb failed:\n{done.stdout}{done.stderr}")
        draft.rename(self.directory)

    @staticmethod
    def check(url: str) -> None:
        """Sign in. Raises OpsError if the version is too old."""
        import psycopg

        with psycopg.connect(url, connect_timeout=3) as connection:
            if connection.info.server_version < 150000:
                raise OpsError(f"PostgreSQL 15 or newer is needed, this one is {connection.info.server_version}.")


def _account() -> str:
    """The account that PostgreSQL runs as when we are root, since it refuses to run as root."""
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def _as_postgres() -> list[str]:
    """A command prefix that drops root, but keeps the capability to enter folders that only root can."""
    if os.geteuid() != 0:
        return []
    account = _account()
    capabilities = ["--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"]
    group = pwd.getpwnam(account).pw_gid
    user = ["--reuid", account, "--regid", str(group), "--init-groups"]
    return ["setpriv", *user, *capabilities, "--pdeathsig", "INT", "--"]
