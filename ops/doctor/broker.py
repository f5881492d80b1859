"""Whether RabbitMQ answers, accepts our credentials, and can do what facts need."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from amqp.exceptions import AccessRefused, AMQPError, NotAllowed
from kombu import Connection

from ops.doctor import places
from ops.doctor.finding import Finding
from ops.servers import RabbitMQ
from ops.state import State

_OLDEST = (3, 10)


def examine(state: State) -> Iterator[Finding]:
    """The broker, if one is configured or running."""
    for variable, url in places.server(state, RabbitMQ).items():
        try:
            with Connection(url, connect_timeout=3) as connection:
                connection.connect()
                yield from _looked_into(variable, connection)
        except (AMQPError, OSError) as error:
            yield Finding(
                subject="broker",
                what=f"The broker of {variable} does not take us: {_meaning(error)}. ({error})",
                why="Orders are taken, but nothing follows: no stock is put aside, no card is charged, nobody is told.",
                cure=f"correct {variable} (amqp://USER:PASSWORD@HOST:PORT/VHOST), or start that server",
            )


def _meaning(error: Exception) -> str:
    if isinstance(error, AccessRefused):
        return "the user or the password is wrong"
    if isinstance(error, NotAllowed):
        return "its virtual host is not there, or not for this user"
    return "nothing answers there"


def _looked_into(variable: str, connection: Connection) -> Iterator[Finding]:
    told = str(connection.connection.server_properties.get("version", "0"))
    version = tuple(int(part) for part in told.split(".")[:2] if part.isdigit())
    if version < _OLDEST:
        yield Finding(
            subject="broker",
            what=f"The RabbitMQ of {variable} is version {told}.",
            why="Facts wait in quorum queues with dead letters that are never lost, which came with 3.10.",
            cure="upgrade it to 3.13 or 4.x, one minor version after the other",
        )
        return
    try:
        _use_a_queue(connection)
    except AMQPError as error:
        yield Finding(
            subject="broker",
            what=f"The user of {variable} cannot make quorum queues and exchanges. ({error})",
            why="Each service makes its own when it is prepared, and Celery those of the delays before a retry.",
            cure="rabbitmqctl set_permissions --vhost VHOST USER '.*' '.*' '.*'",
        )


def _use_a_queue(connection: Connection) -> None:
    """Declare a queue and an exchange like those of the services, under a random name, and delete them again."""
    name = f"opencommerce.doctor.{secrets.token_hex(6)}"
    channel: Any
    with connection.channel() as channel:
        channel.exchange_declare(exchange=name, type="topic", durable=True, auto_delete=False)
        channel.queue_declare(queue=name, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(queue=name, exchange=name, routing_key="#")
        channel.queue_delete(queue=name)
        channel.exchange_delete(exchange=name)
