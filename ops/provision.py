"""Making the servers ready for the services: roles, databases, tables, queues, bucket, the first administrator."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from kombu import Connection
from psycopg import sql

from common.events.figures import queue_figures
from common.topology import GATEWAY, SERVICES, USERS, Service
from ops.blueprint import Blueprint
from ops.environment import Environment
from ops.errors import OpsError
from ops.progress import Say
from ops.servers import SERVERS, Postgres
from ops.state import ROOT

_AT_ONCE = 2
# The files that determine the tables and queues of a service: while they are unchanged, it need not be prepared.
_SHAPING = ("**/migrations/*.py", "**/handlers.py")
_SHAPING_IN_COMMON = (*_SHAPING, "topology.py", "contracts/*.py", "events/broker.py")
_STATIC_FILES = "**/static/**/*.*"


def wait_for_servers(blueprint: Blueprint, *, seconds: float, still_trying: Callable[[], None]) -> None:
    """Wait until every server passes its check. ``still_trying`` raises if waiting is hopeless. Raises OpsError."""
    deadline = time.monotonic() + seconds
    urls = blueprint.server_urls()
    for kind in SERVERS:
        while kind.variable in urls:
            try:
                kind.check(urls[kind.variable])
                break
            except OpsError:
                raise
            except Exception as error:  # each client library has exceptions of its own
                if time.monotonic() > deadline:
                    raise OpsError(f"{kind.title} does not answer: {error}") from error
                still_trying()
                time.sleep(0.1)


def provision_databases(blueprint: Blueprint, *, for_tests: bool = False) -> None:
    """Create a role and a database for each service whose database is not configured."""
    server = blueprint.server_urls().get("OPENCOMMERCE_POSTGRES_URL")
    if server is None:
        return
    with psycopg.connect(server, autocommit=True, connect_timeout=5) as connection:
        for service in SERVICES:
            if not os.environ.get(service.database_variable):
                _provision_database(connection, blueprint.environment.database_url(service), for_tests=for_tests)
        if for_tests and not Postgres.given_url():
            _write_lazily(connection)


def _write_lazily(connection: psycopg.Connection) -> None:
    """Without fsync a power cut may lose data, which does not matter for tests. A killed server still loses none."""
    for setting in ("fsync", "full_page_writes"):
        connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
    connection.execute("SELECT pg_reload_conf()")


def _provision_database(connection: psycopg.Connection, url: str, *, for_tests: bool) -> None:
    parts = urlsplit(url)
    user, name = unquote(parts.username or ""), parts.path.strip("/")
    names = {"role": sql.Identifier(user), "database": sql.Identifier(name)}
    if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [user]).rowcount:
        connection.execute(sql.SQL("CREATE ROLE {role}").format(**names))
    options = sql.SQL("LOGIN CREATEDB" if for_tests else "LOGIN NOCREATEDB")
    password = sql.Literal(unquote(parts.password or ""))
    connection.execute(sql.SQL("ALTER ROLE {role} WITH {} PASSWORD {}").format(options, password, **names))
    if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
        # Without being superuser, an administrator may make only roles that it is a member of the owner of a database.
        connection.execute(sql.SQL("GRANT {role} TO CURRENT_USER").format(**names))
        connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {role}").format(**names))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))


def prepare_services(blueprint: Blueprint, say: Say) -> None:
    """Create tables, queues and the first administrator, in the services where they are missing or outdated."""
    waiting = _unprepared(blueprint)
    if not waiting:
        return
    say(f"0 of {len(waiting)} services")
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        running = {pool.submit(_prepare, blueprint.environment, service): service for service in waiting}
        for count, done in enumerate(as_completed(running), start=1):
            done.result()
            say(f"{count} of {len(waiting)} services")
            _remember(blueprint.environment, running[done])


def _unprepared(blueprint: Blueprint) -> list[Service]:
    with Connection(blueprint.server_urls()["OPENCOMMERCE_BROKER_URL"], connect_timeout=3) as broker:
        queues = queue_figures(broker, SERVICES)
    return [
        service
        for service in SERVICES
        if None in (queues[service.facts_queue], queues[service.work_queue], queues[service.dead_queue])
        or _remembered(blueprint.environment, service) != fingerprint(blueprint.environment, service)
        or (service is GATEWAY and not Path(blueprint.environment.static_root()).is_dir())
    ]


def _prepare(environment: Environment, service: Service) -> None:
    variables = environment.of_service(service)
    if service is USERS:
        admin = environment.admin()
        variables |= {"OPENCOMMERCE_ADMIN_EMAIL": admin["email"], "OPENCOMMERCE_ADMIN_PASSWORD": admin["password"]}
    command = [sys.executable, "-m", "ops.prepare"]
    done = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OpsError(f"{service.name} could not be prepared:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


def fingerprint(environment: Environment, service: Service) -> str:
    """A digest of everything that determines the service's database and queues."""
    sum_of_all = hashlib.sha256()
    collected = (_STATIC_FILES,) if service is GATEWAY else ()
    in_common = _files(ROOT / "common", (*_SHAPING_IN_COMMON, *collected))
    for path in [*_files(ROOT / service.name, (*_SHAPING, *collected)), *in_common]:
        sum_of_all.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    # The lock file stands for the migrations of third-party apps.
    sum_of_all.update((ROOT / "requirements" / "platform.txt").read_bytes())
    if service is USERS:
        sum_of_all.update(json.dumps(environment.admin()).encode())
    return sum_of_all.hexdigest()


def _files(folder: Path, patterns: Iterable[str]) -> list[Path]:
    return sorted({path for pattern in patterns for path in folder.glob(pattern)})


def _remembered(environment: Environment, service: Service) -> str | None:
    """The fingerprint at the last preparation. It is a comment on the database, and so is lost with it."""
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    with psycopg.connect(environment.database_url(service), connect_timeout=5) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def _remember(environment: Environment, service: Service) -> None:
    with psycopg.connect(environment.database_url(service), autocommit=True, connect_timeout=5) as connection:
        names = {"database": sql.Identifier(connection.info.dbname)}
        text = sql.Literal(fingerprint(environment, service))
        # We may not be the owner of a database that was configured; then the service is prepared at every start.
        with suppress(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.SQL("COMMENT ON DATABASE {database} IS {}").format(text, **names))
