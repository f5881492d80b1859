"""A kept connection is asked whether it lives only in doubt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection

from tests.common.events.conftest import database_url

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "SELECT 1"


@pytest.fixture
def server() -> Iterator[psycopg.Connection[Any]]:
    """PostgreSQL, asked by somebody else."""
    with psycopg.connect(database_url(), autocommit=True) as other:
        yield other


@pytest.fixture
def backend() -> Iterator[int]:
    """The server's process of Django's connection, whose last statement is no question."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = int(cursor.fetchone()[0])
    yield pid
    connection.close()


def last_statement(server: psycopg.Connection[Any], backend: int) -> str:
    row = server.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [backend]).fetchone()
    return str(row[0]) if row else ""


class TestIsUsable:
    def test_asks_nothing_of_a_server_that_is_quiet(self, server: psycopg.Connection[Any], backend: int) -> None:
        assert connection.is_usable()

        assert last_statement(server, backend) != QUESTION

    def test_asks_after_an_error(self, server: psycopg.Connection[Any], backend: int) -> None:
        connection.errors_occurred = True

        assert connection.is_usable()

        assert last_statement(server, backend) == QUESTION

    def test_notices_that_the_server_has_ended_it(self, server: psycopg.Connection[Any], backend: int) -> None:
        server.execute("SELECT pg_terminate_backend(%s)", [backend])
        deadline = time.monotonic() + 5
        while last_statement(server, backend) and time.monotonic() < deadline:
            time.sleep(0.01)

        assert not connection.is_usable()

    def test_a_connection_that_was_closed_is_not(self, backend: int) -> None:
        connection.connection.close()

        assert not connection.is_usable()


class TestSchemaEditor:
    def test_takes_the_time_it_needs(self) -> None:
        before = limits()

        with connection.schema_editor(atomic=False):
            within = limits()

        assert within == {**before, "statement_timeout": "0"}
        assert limits() == before

    @pytest.mark.parametrize("is_atomic", [False, True])
    def test_is_hurried_again_after_an_error(self, is_atomic: bool) -> None:
        before = limits()

        with pytest.raises(ProgrammingError), connection.schema_editor(atomic=is_atomic) as editor:
            editor.execute("DROP TABLE nowhere")

        assert limits() == before


def limits() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout')")
        return dict(cursor.fetchall())
