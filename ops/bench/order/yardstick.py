"""The yardstick: pgbench's own transaction (like TPC-B) on the same PostgreSQL."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from ops.bench.stage import Stage
from ops.errors import OpsError
from ops.servers import Postgres

DATABASE = "pgbench"
_FILLING_SECONDS = 300.0
_STARTING_SECONDS = 30.0
_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


class Pgbench:
    """Its tables have a branch for each of the most clients there will be, so that they do not all wait for one row."""

    def __init__(self, stage: Stage, *, branches: int) -> None:
        self._url = stage.administrators_url(DATABASE)
        self._program = _program()
        _make_database(stage.administrators_url())
        if self._branches() < branches:
            self._run("--initialize", "--quiet", "--scale", str(branches), within_seconds=_FILLING_SECONDS)

    def rate(self, *, clients: int, seconds: float) -> float:
        """Transactions a second with this number of simultaneous clients."""
        whole = max(1, round(seconds))
        threads = min(clients, os.cpu_count() or 1)
        options = ["--client", str(clients), "--jobs", str(threads), "--time", str(whole), "--no-vacuum"]
        return rate_in(self._run(*options, within_seconds=whole + _STARTING_SECONDS))

    def _branches(self) -> int:
        with psycopg.connect(self._url, autocommit=True, connect_timeout=3) as connection:
            if not connection.execute("SELECT FROM pg_tables WHERE tablename = 'pgbench_accounts'").rowcount:
                return 0
            row = connection.execute("SELECT count(*) FROM pgbench_branches").fetchone()
        return int(row[0]) if row else 0

    def _run(self, *options: str, within_seconds: float) -> str:
        parts = urlsplit(self._url)
        where = {"PGHOST": parts.hostname or "", "PGPORT": str(parts.port or 5432), "PGDATABASE": DATABASE}
        who = {"PGUSER": unquote(parts.username or ""), "PGPASSWORD": unquote(parts.password or "")}
        try:
            done = subprocess.run(
                [str(self._program), *options],
                env={**os.environ, **where, **who},
                capture_output=True,
                text=True,
                timeout=within_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise OpsError(f"pgbench did not end within {within_seconds:.0f} s.") from None
        if done.returncode != 0:
            raise OpsError(f"pgbench failed:\n{done.stderr[-2000:]}")
        return done.stdout


def rate_in(printed: str) -> float:
    """The rate in the output of pgbench. Raises OpsError if there is none."""
    found = _RATE.search(printed)
    if not found:
        raise OpsError(f"pgbench told no rate:\n{printed[-2000:]}")
    return float(found[1])


def _program() -> Path:
    server = Postgres.find()
    program = server.with_name("pgbench") if server else None
    if program is None or not program.exists():
        raise OpsError("pgbench is not installed beside PostgreSQL; some systems keep it in postgresql-contrib.")
    return program


def _make_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
