"""What a worker does with a fact: handle it, try again later, or give it to a person."""

from __future__ import annotations

import logging
import math
import random
from typing import Any

from amqp.exceptions import AMQPError, MessageNacked
from celery import Task
from celery.exceptions import Reject
from django.conf import settings
from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerOutOfReach
from redis.exceptions import ConnectionError as RedisOutOfReach
from redis.exceptions import TimeoutError as RedisTimedOut

from common.contracts import UnreadableFact
from common.events import inbox, measures, spans
from common.events.broker import BOUNDED_PUBLISH, queue_of
from common.events.subscriptions import subscription_to
from common.observability import metrics, tracing

logger = logging.getLogger(__name__)

RETRY_DELAYS_SECONDS = (2, 8, 30, 120, 600)
"""After the last of them a fact goes to the dead letters."""

OUT_OF_REACH_DELAY_SECONDS = 3
"""A server that is away is not the fact's fault: it is tried for as long as that takes."""

DEATHS_OF_AN_ATTEMPT = 3
"""So many processes may end over a fact before that counts as a failure: others may have ended them."""

# No connection, no resources, shut down by its operator (postgresql.org/docs/current/errcodes-appendix.html).
_SERVER_TROUBLE = ("08", "53", "57P")


class EndsProcesses(Exception):
    """The broker has given the fact out before, and each time the process that had it ended."""


def handle_fact(task: Task, *, fact: Any, **_: object) -> None:
    """The body of every fact's task."""
    request_id, traceparent = inbox.names_in(fact)
    span = tracing.served(
        tracing.CONSUMER,
        f"process {task.name}",
        spans.attributes("process", task.name, str(task.request.id)),
        request_id=request_id,
        traceparent=traceparent,
    )
    with span as names, measures.handling(task.name) as attempt:
        try:
            _require_harmless(task)
            attempt.outcome = "handled" if inbox.receive(fact, is_last_try=_is_last_try(task)) else "repeated"
        except Exception as error:
            tracing.fail(names, type(error).__qualname__)
            _deal_with(error, task, attempt)


def _require_harmless(task: Task) -> None:
    """Put off what seems to end whoever handles it: while a worker starts anew, nothing else of its service is done."""
    deaths = getattr(task.request, "x-delivery-count", 0)  # a header of RabbitMQ's
    if deaths >= DEATHS_OF_AN_ATTEMPT:
        raise EndsProcesses(f"{deaths} processes ended while they handled it")


def _deal_with(error: Exception, task: Task, attempt: measures.Handling) -> None:
    """Give up what cannot get better; wait for a server that is away; else try a few times more."""
    if isinstance(error, UnreadableFact) or (not _away(error) and _is_last_try(task)):
        attempt.outcome = "dead"
        _give_up(task, error)
    elif server := _away(error):
        attempt.outcome = "postponed"
        metrics.OUT_OF_REACH.labels(server).inc()
        logger.warning("%s waits for a server: %s", task.name, error)
        _send_again(task, attempts=_attempts(task), delay_seconds=OUT_OF_REACH_DELAY_SECONDS)
    else:
        _try_again(task, error)


def _away(error: Exception) -> str:
    """Which server is away, if any. A statement that the database ended, say for its length, is the fact's own
    trouble.
    """
    if isinstance(error, RedisOutOfReach | RedisTimedOut):
        return "redis"
    if not isinstance(error, OperationalError | InterfaceError):
        return ""
    state = getattr(error.__cause__, "sqlstate", None)
    return "database" if state is None or state.startswith(_SERVER_TROUBLE) else ""


def _try_again(task: Task, error: Exception) -> None:
    attempts = _attempts(task) + 1
    logger.warning("%s failed, attempt %d: %r", task.name, attempts, error)
    _send_again(task, attempts=attempts, delay_seconds=RETRY_DELAYS_SECONDS[attempts - 1])


def _is_last_try(task: Task) -> bool:
    return _attempts(task) >= len(RETRY_DELAYS_SECONDS)


def _attempts(task: Task) -> int:
    return int(task.request.retries or 0)


def _send_again(task: Task, *, attempts: int, delay_seconds: float) -> None:
    """Send it to this service alone, by its private exchange: on the shared one all others would hear it again."""
    subscription = subscription_to(task.name)
    if subscription is None:
        raise LookupError(f"a worker knows only the tasks of its subscriptions, not {task.name}")
    try:
        task.apply_async(
            kwargs=task.request.kwargs,
            task_id=task.request.id,
            retries=attempts,
            # Whole seconds, since the broker's delay queues count in those.
            countdown=math.ceil(delay_seconds * random.uniform(0.75, 1.25)),  # noqa: S311 - jitter, not a secret
            queue=queue_of(settings.SERVICE, subscription),
            **BOUNDED_PUBLISH,
        )
    except (BrokerOutOfReach, AMQPError, MessageNacked, OSError) as error:
        # It stays where it is and comes again at once, without the pause; the broker counts its deliveries.
        logger.warning("%s could not be put off: %r", task.name, error)
        raise Reject(repr(error), requeue=True) from error


def _give_up(task: Task, error: Exception) -> None:
    """Reject it: the broker moves it to the service's dead letters."""
    logger.error("%s goes to the dead letters: %r", task.name, error, exc_info=error)
    try:
        inbox.remember_failure(fact_id=task.request.id, name=task.name, error=error, attempts=_attempts(task) + 1)
    except Exception:  # the note is for people; the dead letter itself must not hang on it
        logger.exception("could not note why %s failed", task.name)
    raise Reject(repr(error), requeue=False)
