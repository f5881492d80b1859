"""Exchanges, queues and bindings of one service. Declaring them is idempotent."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from typing import Any

from kombu import Connection, Exchange, Queue

from common.events.publisher import CONFIRM_TIMEOUT_SECONDS
from common.events.subscriptions import Subscription
from common.topology import DEAD_EXCHANGE, FACTS_EXCHANGE, Service

BOUNDED_PUBLISH: dict[str, Any] = {
    "timeout": CONFIRM_TIMEOUT_SECONDS,
    # A pooled connection may be dead since the broker restarted; the second attempt is made on a new one.
    "retry": True,
    "retry_policy": {"max_retries": 1, "interval_start": 0.2},
}
"""Options for ``apply_async`` and ``send_task`` with which sending a message has a timeout."""

# The broker counts a delivery also when the worker dies for reasons of its own, so the limit is high: a series of
# crashes must not dead-letter facts that did nothing wrong. A handler's failures are counted in ``fact_task``. Reading
# a dead letter counts as a delivery too, so those have practically no limit.
DELIVERIES_OF_A_FACT = 20
_LOOKS_AT_A_DEAD_LETTER = 2**31 - 1


def facts_exchange() -> Exchange:
    """Where the relays of all services publish facts."""
    return Exchange(FACTS_EXCHANGE, type="topic", durable=True)


def private_exchange(service: Service) -> Exchange:
    """Where one service's retries, replays and own tasks go; no other service binds a queue to it."""
    return Exchange(service.private_exchange, type="topic", durable=True)


def dead_exchange() -> Exchange:
    """Where the broker puts what a worker rejects."""
    return Exchange(DEAD_EXCHANGE, type="topic", durable=True)


def taken_queues(service: Service) -> list[Queue]:
    """The queues that a service's workers consume."""
    return [_taken_queue(service, name) for name in (service.facts_queue, service.work_queue)]


def dead_queue(service: Service) -> Queue:
    """The dead letters of the service, kept until a person decides what to do."""
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": _LOOKS_AT_A_DEAD_LETTER}
    return Queue(
        service.dead_queue,
        exchange=dead_exchange(),
        routing_key=service.dead_queue,
        durable=True,
        queue_arguments=arguments,
    )


def declare(connection: Connection, service: Service, subscriptions: Iterable[Subscription]) -> None:
    """Declare everything of the service, and bind its queues to the facts that its handlers subscribe to."""
    with closing(connection.channel()) as channel:
        for exchange in (facts_exchange(), private_exchange(service), dead_exchange()):
            exchange.bind(channel).declare()
        dead_queue(service).bind(channel).declare()
        for queue in taken_queues(service):
            queue.bind(channel).declare()
        for subscription in subscriptions:
            queue = _taken_queue(service, queue_of(service, subscription)).bind(channel)
            queue.bind_to(facts_exchange(), routing_key=subscription.contract.name)


def queue_of(service: Service, subscription: Subscription) -> str:
    """Which of the service's queues a fact waits in."""
    return service.work_queue if subscription.outside else service.facts_queue


def _taken_queue(service: Service, name: str) -> Queue:
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERIES_OF_A_FACT,
        "x-dead-letter-exchange": DEAD_EXCHANGE,
        "x-dead-letter-routing-key": service.dead_queue,
        # At-least-once dead-lettering needs the overflow that refuses (rabbitmq.com/docs/quorum-queues).
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return Queue(name, exchange=private_exchange(service), routing_key=name, durable=True, queue_arguments=arguments)
