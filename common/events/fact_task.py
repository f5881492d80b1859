"""What a worker does with a fact: handle it, retry it later, or dead-letter it."""

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
"""The pauses before each retry. After the last one a fact goes to the dead letters."""

OUT_OF_REACH_DELAY_SECONDS = 3
"""The pause while a server is out of reach. That is not counted as a failure, so there is no limit to these retries."""

DEATHS_OF_AN_ATTEMPT = 3
"""How many times a worker may die while it handles a fact before that counts as a failure of the fact."""

# SQLSTATE classes: connection exception, insufficient resources, operator intervention by shutdown
# (postgresql.org/docs/current/errcodes-appendix.html).
_SERVER_TROUBLE = ("08", "53", "57P")


class EndsProcesses(Exception):
    """The broker has delivered this fact before, and each time the worker died."""


def handle_fact(task: Task, *, fact: Any, **_: object) -> None:
    """The body of the Celery task of every fact."""
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
    """Raises EndsProcesses for a fact that keeps killing workers: while one restarts, its service handles nothing."""
    deaths = getattr(task.request, "x-delivery-count", 0)  # a header of RabbitMQ's
    if deaths >= DEATHS_OF_AN_ATTEMPT:
        raise EndsProcesses(f"{deaths} processes ended while they handled it")


def _deal_with(error: Exception, task: Task, attempt: measures.Handling) -> None:
    """Dead-letter what cannot succeed; wait for a server that is out of reach; otherwise retry a few times."""
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
    """Which server is out of reach: ``redis``, ``database``, or empty. A statement that the database itself cancelled,
    for example after a timeout, is a failure of the fact.
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
    """Send it to this service alone, by its private exchange: on the shared one every subscriber would get it again."""
    subscription = subscription_to(task.name)
    if subscription is None:
        raise LookupError(f"a worker knows only the tasks of its subscriptions, not {task.name}")
    try:
        task.apply_async(
            kwargs=task.request.kwargs,
            task_id=task.request.id,
            retries=attempts,
            # Whole seconds, because Celery's delay queues count in those.
            countdown=math.ceil(delay_seconds * random.uniform(0.75, 1.25)),  # noqa: S311 - jitter, not a secret
            queue=queue_of(settings.SERVICE, subscription),
            **BOUNDED_PUBLISH,
        )
    except (BrokerOutOfReach, AMQPError, MessageNacked, OSError) as error:
        # Requeued: it comes again at once, without the pause, and the broker counts its deliveries.
        logger.warning("%s could not be put off: %r", task.name, error)
        raise Reject(repr(error), requeue=True) from error


def _give_up(task: Task, error: Exception) -> None:
    """Reject it: the broker moves it to the service's dead letters."""
    logger.error("%s goes to the dead letters: %r", task.name, error, exc_info=error)
    try:
        inbox.remember_failure(fact_id=task.request.id, name=task.name, error=error, attempts=_attempts(task) + 1)
    except Exception:  # the note is for people: without it the fact still has to be dead-lettered
        logger.exception("could not note why %s failed", task.name)
    raise Reject(repr(error), requeue=False)
