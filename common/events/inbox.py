"""Hearing a fact: its effect happens once, however often the broker delivers it."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from common import clock
from common.contracts import Contract, Fact, UnreadableFact
from common.events import measures
from common.events.models import HandlingFailure
from common.events.subscriptions import LeftToSweeper, Subscription, subscription_to

logger = logging.getLogger(__name__)


def receive(body: object, *, is_last_try: bool = False) -> bool:
    """Handle the body of a message from the broker. Returns False if this fact had been handled before.

    Raises UnreadableFact for what cannot be read or is not subscribed to: trying again cannot help. Any other error
    comes from the handler, whose transaction was rolled back, and may be retried. On the last try LeftToSweeper is not
    raised: the fact counts as handled.
    """
    fact = Fact.read(body)
    subscription = subscription_to(fact.name)
    if subscription is None:
        raise UnreadableFact(f"nothing here reacts to {fact.name}")
    contract = fact.contract()
    handle = partial(_handle_outside, is_last_try=is_last_try) if subscription.outside else _handle_in_transaction
    started = time.perf_counter()
    is_first = handle(fact, subscription, contract)
    if is_first:
        _measure_lateness(fact)
    logger.info(
        "%s %s",
        subscription.handler_name if is_first else "heard before:",
        fact.name,
        extra={
            "fact": fact.name,
            "fact_id": fact.id,
            "aggregate": fact.aggregate,
            "duration_ms": round((time.perf_counter() - started) * 1000, 1),
        },
    )
    return is_first


def names_in(body: object) -> tuple[str, str]:
    """The request id and the traceparent that the fact was published with; empty strings where it carries none."""
    if not isinstance(body, dict):
        return "", ""
    return str(body.get("request_id", "")), str(body.get("traceparent", ""))


def remember_failure(*, fact_id: str, name: str, error: BaseException, attempts: int) -> None:
    """Note why a fact could not be handled, for the person who will look at the dead letter."""
    subscription = subscription_to(name)
    HandlingFailure.objects.update_or_create(
        fact_id=fact_id,
        handler=subscription.handler_name if subscription else "",
        defaults={"error": f"{type(error).__name__}: {error}", "attempts": attempts, "failed_at": clock.now()},
    )


def _measure_lateness(fact: Fact) -> None:
    with suppress(ValueError):  # a metric is no reason to fail on a time that cannot be read
        late = clock.now() - datetime.fromisoformat(fact.occurred_at)
        measures.LATENESS_SECONDS.labels(fact.name).observe(max(late.total_seconds(), 0.0))


def _handle_in_transaction(fact: Fact, subscription: Subscription, contract: Contract) -> bool:
    # The broker redelivers after a crash, so the inbox row must commit with the effect, not before it.
    with transaction.atomic():
        if not _remember(fact, subscription):
            return False
        subscription.handler(contract)
    return True


def _handle_outside(fact: Fact, subscription: Subscription, contract: Contract, *, is_last_try: bool) -> bool:
    if _is_remembered(fact, subscription):
        return False
    try:
        subscription.handler(contract)
    except LeftToSweeper as left:
        if not is_last_try:
            raise
        logger.warning("%s leaves the rest of %s to a sweeper: %s", subscription.handler_name, fact.name, left)
    return _remember(fact, subscription)


def _is_remembered(fact: Fact, subscription: Subscription) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM events_inbox WHERE fact_id = %s AND handler = %s", [fact.id, subscription.handler_name]
        )
        return bool(cursor.rowcount)


def _remember(fact: Fact, subscription: Subscription) -> bool:
    """Insert the inbox row; False when it exists. A simultaneous delivery waits here until the first has committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_inbox (fact_id, handler, name, handled_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [fact.id, subscription.handler_name, fact.name, clock.now()],
        )
        return bool(cursor.rowcount == 1)
