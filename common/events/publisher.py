"""Sending a batch of facts to the broker with publisher confirms."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp

from common.events.message import task_body, task_headers, task_properties
from common.topology import FACTS_EXCHANGE

CONFIRM_TIMEOUT_SECONDS = 5
CONNECT_TIMEOUT_SECONDS = 3
HEARTBEAT_SECONDS = 10


class NotConfirmed(ConnectionError):
    """The broker did not confirm in time; the facts count as unsent and are sent again."""


def connect(broker_url: str) -> amqp.Connection:
    """A connection on which every wait has a timeout."""
    parts = urlsplit(broker_url)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port or 5672}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path[1:]) or "/",
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        read_timeout=CONFIRM_TIMEOUT_SECONDS,
        write_timeout=CONFIRM_TIMEOUT_SECONDS,
        heartbeat=HEARTBEAT_SECONDS,
    )
    connection.connect()
    return connection


class Publisher:
    """A channel in confirm mode: sends a whole batch, then waits for all its confirms."""

    def __init__(self, connection: amqp.Connection) -> None:
        self.connection = connection
        self.channel = connection.channel()
        self.channel.exchange_declare(FACTS_EXCHANGE, "topic", durable=True, auto_delete=False)
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self._acknowledged)
        self.channel.events["basic_nack"].add(self._refused)
        self.channel.events["basic_return"].add(self._returned)
        self._sent = 0
        self._waiting: dict[int, str] = {}
        self._undelivered: dict[str, str] = {}

    def publish(self, facts: Sequence[tuple[Mapping[str, Any], bool]]) -> dict[str, str]:
        """Send each fact, given as ``(envelope, is it required)``, and wait until the broker has confirmed all of them.

        Returns the ids of those that reached no queue, each with the reason. Raises NotConfirmed or an amqp error when
        the outcome is unknown; then all of them have to be sent again.
        """
        self._undelivered = {}
        for fact, is_required in facts:
            self._sent += 1
            self._waiting[self._sent] = fact["id"]
            self.channel.basic_publish(_message(fact), FACTS_EXCHANGE, fact["name"], mandatory=is_required)
        self._wait_for_confirms()
        return self._undelivered

    def _wait_for_confirms(self) -> None:
        deadline = time.monotonic() + CONFIRM_TIMEOUT_SECONDS
        while self._waiting:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise NotConfirmed(f"{len(self._waiting)} messages were not confirmed in time")
            self.connection.drain_events(timeout=remaining)

    def _acknowledged(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - amqp calls it so
        for settled in self._settled(tag, multiple):
            del self._waiting[settled]

    def _refused(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - amqp calls it so
        for settled in self._settled(tag, multiple):
            self._undelivered[self._waiting.pop(settled)] = "the broker refused it: a queue is full"

    def _returned(self, _error: Exception, _exchange: str, routing_key: str, message: amqp.Message) -> None:
        # The broker returns an unroutable message and then acknowledges it (rabbitmq.com/docs/confirms).
        self._undelivered[message.properties["message_id"]] = f"no queue hears {routing_key}"

    def _settled(self, tag: int, multiple: bool) -> list[int]:  # noqa: FBT001 - amqp calls it so
        return [waiting for waiting in self._waiting if waiting <= tag] if multiple else [tag]


def _message(fact: Mapping[str, Any]) -> amqp.Message:
    return amqp.Message(task_body(fact), application_headers=task_headers(fact), **task_properties(fact))
