"""What OpenTelemetry is told of a fact: created with its change, sent by the relay, processed by whoever hears it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from common.observability import tracing
from common.topology import FACTS_EXCHANGE


def attributes(operation: str, name: str, fact_id: str) -> dict[str, str]:
    """Of a message on RabbitMQ (opentelemetry.io/docs/specs/semconv/messaging/rabbitmq)."""
    return {
        "messaging.system": "rabbitmq",
        "messaging.destination.name": FACTS_EXCHANGE,
        "messaging.rabbitmq.destination.routing_key": name,
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.message.id": fact_id,
    }


@contextmanager
def sending(facts: Sequence[dict[str, Any]]) -> Iterator[dict[str, str]]:
    """Give each fact a span while it is sent, and put that span's ``traceparent`` into the fact.

    Yields a dictionary for the ids of facts that were not delivered, each with the reason: their spans are marked
    failed.
    """
    undelivered: dict[str, str] = {}
    if not tracing.IS_ON:
        yield undelivered
        return
    from common.observability import spans

    begun = {fact["id"]: _begin(fact) for fact in facts}
    try:
        yield undelivered
    except BaseException as error:
        undelivered.update(dict.fromkeys(begun, type(error).__qualname__))
        raise
    finally:
        for fact_id, span in begun.items():
            if fact_id in undelivered:
                spans.mark_failed(span, "undelivered")
            span.end()


def _begin(fact: dict[str, Any]) -> Any:
    from common.observability import spans

    name = fact["name"]
    span = spans.begin(tracing.PRODUCER, f"send {name}", attributes("send", name, fact["id"]), fact["traceparent"])
    fact["traceparent"] = spans.traceparent_of(span)
    return span
