"""Dead letters: what a service could not handle, to be listed, read, and replayed to that service alone."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from kombu import Connection, Message, Producer

from common.events.broker import private_exchange
from common.events.publisher import CONFIRM_TIMEOUT_SECONDS
from common.topology import Service

_BACK_WITHIN_SECONDS = 5.0


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


def dead_letters(connection: Connection, service: Service, *, most: int | None = None) -> list[DeadLetter]:
    """A service's dead letters, or the oldest ``most`` of them, oldest first. They stay in their queue."""
    with _looking_at(connection, service, most=most) as (_, messages):
        return [_read(service, message) for message in messages]


def replay(connection: Connection, service: Service, letter_id: str, *, most: int | None = None) -> int:
    """Send a dead letter back to the queue it came from, with all its retries ahead of it again.

    It is looked for among all dead letters, or the oldest ``most``. Returns how many messages had this id and were
    sent: 0 if there was none. Raises an amqp error when the broker did not take it; then the letter is still there.
    """
    with _looking_at(connection, service, most=most) as (channel, messages):
        # What amqp itself does on a connection that was opened with confirms.
        channel.basic_publish = channel.basic_publish_confirm
        chosen = [message for message in messages if _read(service, message).id == letter_id]
        for message in chosen:
            _send_back(channel, service, message)
            message.ack()
        return len(chosen)


@contextmanager
def _looking_at(
    connection: Connection, service: Service, *, most: int | None = None
) -> Iterator[tuple[Any, list[Message]]]:
    """Take the messages out of the dead queue, all or the oldest ``most``, for the time of the ``with``.

    Those that were not acknowledged by then are put back.
    """
    with closing(connection.channel()) as channel:
        messages = list(_take(channel, service, most))
        try:
            yield channel, messages
        finally:
            left = [message for message in messages if not message.acknowledged]
            for message in left:
                message.requeue()
            _wait_until_back(channel, service, len(left))


def _take(channel: Any, service: Service, most: int | None) -> Iterator[Message]:
    """No more than there were at first: others may be dead-lettered meanwhile."""
    there = _waiting(channel, service)
    for _ in range(there if most is None else min(there, most)):
        raw = channel.basic_get(service.dead_queue, no_ack=False)
        if raw is None:
            return
        yield channel.message_to_python(raw)


def _wait_until_back(channel: Any, service: Service, count: int) -> None:
    """Requeued messages are visible in a quorum queue only once its members agree, and the next look must see them."""
    deadline = time.monotonic() + _BACK_WITHIN_SECONDS
    while _waiting(channel, service) < count and time.monotonic() < deadline:
        time.sleep(0.01)


def _waiting(channel: Any, service: Service) -> int:
    return int(channel.queue_declare(service.dead_queue, passive=True).message_count)


def _read(service: Service, message: Message) -> DeadLetter:
    headers = message.headers
    deaths: Any = headers.get("x-death")
    death = deaths[0] if deaths else {}
    died_at = death.get("time")
    return DeadLetter(
        id=str(headers.get("id") or message.properties.get("message_id") or _digest(message)),
        service=service.name,
        name=str(headers.get("task") or next(iter(death.get("routing-keys", ())), "")),
        queue=str(death.get("queue") or service.facts_queue),
        reason=str(death.get("reason") or ""),
        died_at=died_at.replace(tzinfo=UTC).isoformat() if died_at else "",
        attempts=int(headers.get("retries") or 0) + 1,
        fact=_fact_in(message),
    )


def _digest(message: Message) -> str:
    """An id made from the body, for a message that has none: a person must be able to name it."""
    body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
    return hashlib.sha256(body).hexdigest()[:32]


def _fact_in(message: Message) -> Any:
    try:
        body = json.loads(message.body or "")
        return body[1]["fact"]
    except (ValueError, LookupError, TypeError):
        return repr(message.body)[:2000]


def _send_back(channel: Any, service: Service, message: Message) -> None:
    # Without its ``x-death`` header: the broker would see a dead-letter cycle and drop it.
    headers = {name: value for name, value in message.headers.items() if not name.startswith("x-")}
    Producer(channel, exchange=private_exchange(service)).publish(
        message.body,
        routing_key=_read(service, message).queue,
        headers={**headers, "retries": 0, "eta": None},
        content_type=message.content_type,
        content_encoding=message.content_encoding,
        delivery_mode=2,
        mandatory=True,
        confirm_timeout=CONFIRM_TIMEOUT_SECONDS,
        correlation_id=message.properties.get("correlation_id"),
        message_id=message.properties.get("message_id"),
    )
