"""The books of the platform: read-only access to every database, to the dead letters and to the storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import psycopg
from kombu import Connection
from psycopg.rows import dict_row

from common.events.dead_letters import dead_letters
from common.settings.env import split_credentials
from common.topology import SERVICES, Service

_TIMEOUT_SECONDS = 5

Row = dict[str, Any]


@dataclass(frozen=True)
class Books:
    """The connections that invariants read from."""

    databases: Mapping[str, psycopg.Connection[Row]]
    broker_url: str
    storage_url: str

    def rows(self, service: Service, sql: str, *parameters: object) -> list[Row]:
        """The rows of a query on a service's database."""
        return self.databases[service.name].execute(sql, parameters).fetchall()

    def tuples(self, service: Service, sql: str, *parameters: object) -> set[tuple[Any, ...]]:
        """The same as a set of tuples, to be compared with those of another database."""
        return {tuple(row.values()) for row in self.rows(service, sql, *parameters)}

    @property
    def bucket(self) -> str:
        """The bucket that holds the files."""
        return urlsplit(self.storage_url).path.strip("/")

    def storage(self) -> Any:
        """A client of the storage."""
        import boto3
        from botocore.config import Config

        url, user, password = split_credentials(self.storage_url)
        return boto3.client(
            "s3",
            endpoint_url=urljoin(url, "/"),
            aws_access_key_id=user,
            aws_secret_access_key=password,
            region_name="us-east-1",
            config=Config(
                connect_timeout=_TIMEOUT_SECONDS, read_timeout=_TIMEOUT_SECONDS, s3={"addressing_style": "path"}
            ),
        )

    def dead_facts(self) -> set[tuple[str, str]]:
        """The dead letters, as pairs of service and fact id."""
        with Connection(self.broker_url, connect_timeout=_TIMEOUT_SECONDS) as connection:
            return {(service.name, letter.id) for service in SERVICES for letter in dead_letters(connection, service)}


@contextmanager
def open_books(run: Mapping[str, Any]) -> Iterator[Books]:
    """Open all databases of a run, as its state describes it, read-only."""
    servers = {server["name"]: server["url"] for server in run["servers"]}
    with ExitStack() as stack:
        yield Books(
            databases={name: stack.enter_context(_open(url)) for name, url in run["databases"].items()},
            broker_url=run["broker"],
            storage_url=servers["s3"],
        )


def _open(url: str) -> psycopg.Connection[Row]:
    options = "-c default_transaction_read_only=on -c statement_timeout=60s"
    return psycopg.connect(
        url, autocommit=True, row_factory=dict_row, connect_timeout=_TIMEOUT_SECONDS, options=options
    )
