"""Servers that do not answer, do not know us, or are not what we need; all of them real."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from types import ModuleType
from urllib.parse import urlsplit

import psycopg
import pytest

from common.topology import NOTIFICATIONS
from ops.doctor import broker, cache, databases, mail, storage
from ops.state import State

DATABASE, BROKER, REDIS = (
    os.environ[name] for name in (NOTIFICATIONS.database_variable, "OPENCOMMERCE_BROKER_URL", "OPENCOMMERCE_REDIS_URL")
)
NOWHERE = "127.0.0.1:1"


def other(url: str, *, netloc: str = "", path: str = "", password: str = "") -> str:
    """The same URL but for a part."""
    parts = urlsplit(url)
    if password:
        netloc = f"{parts.username or ''}:{password}@{parts.hostname}:{parts.port}"
    return parts._replace(netloc=netloc or parts.netloc, path=path or parts.path).geturl()


def told(subject: ModuleType, state: State) -> str:
    """The one thing that is wrong, or nothing."""
    return "\n".join(finding.what for finding in subject.examine(state))


class TestDatabases:
    @pytest.mark.parametrize(
        ("url", "meaning"),
        [
            (other(DATABASE, netloc=f"notify_svc:x@{NOWHERE}"), "nothing listens there"),
            (other(DATABASE, password="wrong"), "the user or the password is wrong"),
            (other(DATABASE, path="/nothing"), "the database or the role is not there"),
            (other(DATABASE, netloc="notify_svc:x@nowhere.invalid:5432"), "its name leads nowhere"),
            ("postgres:/nonsense", "it cannot be used"),
        ],
    )
    def test_that_do_not_take_us_are_told_why(
        self, state: State, given: pytest.MonkeyPatch, url: str, meaning: str
    ) -> None:
        given.setenv("ORDER_SVC_DATABASE_URL", url)

        assert f"The database of ORDER_SVC_DATABASE_URL does not take us: {meaning}." in told(databases, state)

    def test_that_answer_are_no_fault(self, state: State, given: pytest.MonkeyPatch) -> None:
        given.setenv("ORDER_SVC_DATABASE_URL", DATABASE)

        assert told(databases, state) == ""

    def test_whose_clock_is_wrong_are_named(self, state: State, given: pytest.MonkeyPatch, wrong_clock: str) -> None:
        given.setenv("ORDER_SVC_DATABASE_URL", wrong_clock)

        assert told(databases, state) == "The clock of ORDER_SVC_DATABASE_URL's server is 90 s off this machine's."

    @pytest.fixture
    def wrong_clock(self) -> Iterator[str]:
        """A database in which we meet another clock first."""
        with psycopg.connect(DATABASE, autocommit=True) as connection:
            connection.execute("CREATE SCHEMA late")
            try:
                connection.execute(
                    "CREATE FUNCTION late.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
                    "$$ SELECT pg_catalog.clock_timestamp() - interval '90 seconds' $$"
                )
                yield f"{DATABASE}?options=-csearch_path%3Dlate%2Cpg_catalog"
            finally:
                connection.execute("DROP SCHEMA late CASCADE")


class TestBroker:
    @pytest.mark.parametrize(
        ("url", "meaning"),
        [
            (other(BROKER, netloc=f"x:x@{NOWHERE}"), "nothing answers there"),
            (other(BROKER, password="wrong"), "the user or the password is wrong"),
            (other(BROKER, path="/nothing"), "its virtual host is not there, or not for this user"),
        ],
    )
    def test_that_does_not_take_us_is_told_why(
        self, state: State, given: pytest.MonkeyPatch, url: str, meaning: str
    ) -> None:
        given.setenv("OPENCOMMERCE_BROKER_URL", url)

        assert f"does not take us: {meaning}." in told(broker, state)

    def test_that_does_all_we_need_is_no_fault_and_keeps_nothing_of_it(
        self, state: State, given: pytest.MonkeyPatch
    ) -> None:
        given.setenv("OPENCOMMERCE_BROKER_URL", BROKER)

        assert told(broker, state) == ""

    def test_that_is_silent_is_not_waited_for(self, state: State, given: pytest.MonkeyPatch) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            given.setenv("OPENCOMMERCE_BROKER_URL", f"amqp://x:x@127.0.0.1:{silent.getsockname()[1]}/x")

            assert "does not take us" in told(broker, state)


class TestCache:
    @pytest.mark.parametrize(
        ("url", "meaning"),
        [
            (other(REDIS, netloc=f":x@{NOWHERE}"), "nothing answers there"),
            (other(REDIS, password="wrong"), "the password is wrong"),
            ("nonsense://", "nothing answers there"),
        ],
    )
    def test_that_does_not_take_us_is_told_why(
        self, state: State, given: pytest.MonkeyPatch, url: str, meaning: str
    ) -> None:
        given.setenv("OPENCOMMERCE_REDIS_URL", url)

        assert f"The Redis of OPENCOMMERCE_REDIS_URL does not take us: {meaning}." in told(cache, state)

    def test_that_answers_is_no_fault(self, state: State, given: pytest.MonkeyPatch) -> None:
        given.setenv("OPENCOMMERCE_REDIS_URL", REDIS)

        assert told(cache, state) == ""


class TestStorage:
    def test_that_does_not_answer_is_named(self, state: State, given: pytest.MonkeyPatch) -> None:
        given.setenv("OPENCOMMERCE_S3_URL", f"http://key:secret@{NOWHERE}/bucket")

        assert "does not take us: nothing answers there" in told(storage, state)

    def test_without_a_bucket_is_named(self, state: State, given: pytest.MonkeyPatch) -> None:
        given.setenv("OPENCOMMERCE_S3_URL", f"http://key:secret@{NOWHERE}/")

        assert "the URL lacks a host, a key or a bucket" in told(storage, state)


class TestMail:
    @pytest.mark.parametrize(
        ("url", "fault"),
        [
            (f"smtp://{NOWHERE}", "nothing answers there"),
            ("imap://127.0.0.1:143", "it is none of the URLs that are understood"),
        ],
    )
    def test_that_cannot_leave_is_told_why(self, state: State, given: pytest.MonkeyPatch, url: str, fault: str) -> None:
        given.setenv("OPENCOMMERCE_MAIL_URL", url)

        assert f"Letters cannot leave by OPENCOMMERCE_MAIL_URL: {fault}" in told(mail, state)

    def test_that_can_leave_is_no_fault(self, state: State, given: pytest.MonkeyPatch) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            given.setenv("OPENCOMMERCE_MAIL_URL", f"smtp://127.0.0.1:{server.getsockname()[1]}")

            assert told(mail, state) == ""
