"""Dead letters: what a service could not handle, to be listed, read, and replayed to that service alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from kombu import Connection, Message, Producer

from common.events.broker import PUBLISH_TIMEOUT_SECONDS, private_exchange
from common.topology import Service


@dataclass(frozen=True)
class DeadLetter:
    """A message that waits for a person's decision."""

    id: str
    service: str
    name: str
    queue: str
    reason: str
    died_at: str
    attempts: int
    fact: Any


def dead_letters(connection: Connection, service: Service) -> list[DeadLetter]:
    """All of a service's dead letters, oldest first. They stay where they are."""
    # Closing the channel gives back what was looked at, in its order.
    with closing(connection.channel()) as channel:
        return [_read(service, message) for message in _take_all(channel, service)]


def replay(connection: Connection, service: Service, letter_id: str) -> int:
    """Give a dead letter back to the queue it died in, with all its attempts. Returns how many messages that was."""
    with closing(connection.channel()) as channel:
        replayed = 0
        for message in _take_all(channel, service):
            if _read(service, message).id != letter_id:
                continue
            _send_back(channel, service, message)
            message.ack()
            replayed += 1
        return replayed


def _take_all(channel: Any, service: Service) -> Iterator[Message]:
    """Every message that lies there now; bounded, since others may be added while we look."""
    _, count, _ = channel.queue_declare(service.dead_queue, passive=True)
    for _ in range(count):
        raw = channel.basic_get(service.dead_queue, no_ack=False)
        if raw is None:
            return
        yield channel.message_to_python(raw)


def _read(service: Service, message: Message) -> DeadLetter:
    headers = message.headers
    death = (headers.get("x-death") or [{}])[0]
    died_at = death.get("time")
    return DeadLetter(
        id=str(headers.get("id") or message.properties.get("message_id") or ""),
        service=service.name,
        name=str(headers.get("task") or message.delivery_info.get("routing_key") or ""),
        queue=str(death.get("queue") or service.facts_queue),
        reason=str(death.get("reason") or ""),
        died_at=died_at.replace(tzinfo=UTC).isoformat() if died_at else "",
        attempts=int(headers.get("retries") or 0) + 1,
        fact=_fact_in(message),
    )


def _fact_in(message: Message) -> Any:
    try:
        body = json.loads(message.body)
        return body[1]["fact"]
    except (ValueError, LookupError, TypeError):
        return repr(message.body)[:2000]


def _send_back(channel: Any, service: Service, message: Message) -> None:
    # Without the deaths in its headers: the broker would see a cycle and drop it.
    headers = {name: value for name, value in message.headers.items() if not name.startswith("x-")}
    Producer(channel, exchange=private_exchange(service)).publish(
        message.body,
        routing_key=_read(service, message).queue,
        headers={**headers, "retries": 0, "eta": None},
        content_type=message.content_type,
        content_encoding=message.content_encoding,
        delivery_mode=2,
        mandatory=True,
        confirm_timeout=PUBLISH_TIMEOUT_SECONDS,
        correlation_id=message.properties.get("correlation_id"),
        message_id=message.properties.get("message_id"),
    )
