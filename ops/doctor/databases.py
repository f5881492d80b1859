"""Whether the databases answer, accept our credentials, are new enough, and tell the right time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg

from ops.doctor import places
from ops.doctor.finding import Finding
from ops.servers import Postgres
from ops.state import State

_OLDEST = 150000
_MOST_SKEW_SECONDS = 5.0
# Parts of the messages of PostgreSQL and libpq, and what they mean.
_MEANINGS = {
    "password authentication failed": "the user or the password is wrong",
    "does not exist": "the database or the role is not there",
    "Connection refused": "nothing listens there",
    "translate host name": "its name leads nowhere",
    "resolve host": "its name leads nowhere",
    "timeout": "nothing answers there in time",
    "permission denied": "this role may not connect to this database",
}


def examine(state: State) -> Iterator[Finding]:
    """Each database that is configured or running."""
    for variable, url in {**places.server(state, Postgres), **places.databases(state)}.items():
        try:
            with psycopg.connect(url, connect_timeout=3, autocommit=True) as database:
                database.execute("SET statement_timeout = '5s'")
                yield from _looked_into(variable, database)
        except psycopg.Error as error:
            yield _unreachable(variable, error)


def _unreachable(variable: str, error: psycopg.Error) -> Finding:
    said = " ".join(str(error).split())
    meaning = next((plain for words, plain in _MEANINGS.items() if words in said), "it cannot be used")
    return Finding(
        subject="databases",
        what=f"The database of {variable} does not take us: {meaning}. ({said})",
        why="The service behind it can answer nothing, and tells and hears no facts.",
        cure=f"correct {variable} (postgresql://USER:PASSWORD@HOST:PORT/DATABASE), or start that server",
    )


def _looked_into(variable: str, database: psycopg.Connection) -> Iterator[Finding]:
    version = database.info.server_version
    if version < _OLDEST:
        yield Finding(
            subject="databases",
            what=f"The PostgreSQL of {variable} is version {version // 10000}.",
            why="The services use what came with 15.",
            cure="upgrade it to 15 or newer (pg_upgrade, or dump and restore)",
        )
    if not database.execute("SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'").rowcount:
        yield Finding(
            subject="databases",
            what=f"The PostgreSQL of {variable} has no extension pg_trgm to install.",
            why="The search for products is made with it; product_svc cannot be prepared.",
            cure="install PostgreSQL's contrib package on that server (Debian has it in postgresql)",
        )
    yield from _of_another_time(variable, database)


def _of_another_time(variable: str, database: psycopg.Connection) -> Iterator[Finding]:
    row = database.execute("SELECT clock_timestamp()").fetchone()
    skew = abs((datetime.now(UTC) - row[0]).total_seconds()) if row else 0.0
    if skew > _MOST_SKEW_SECONDS:
        yield Finding(
            subject="databases",
            what=f"The clock of {variable}'s server is {skew:.0f} s off this machine's.",
            why="Tokens expire too early or too late, and orders are cancelled before their time.",
            cure="let both machines keep time by NTP: timedatectl set-ntp true",
        )
